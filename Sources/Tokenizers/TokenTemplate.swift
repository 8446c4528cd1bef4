/// Where the special tokens stand around one text or a pair of texts.
struct TokenTemplate: Sendable, Hashable {
  enum Piece: Sendable, Hashable {
    case special(id: Int32, type: Int32)
    case first(type: Int32)
    case second(type: Int32)
  }

  let single: [Piece]
  let pair: [Piece]

  /// [CLS] A [SEP] and [CLS] A [SEP] B [SEP], with type 1 from B on.
  static func bert(classification: Int32, separator: Int32) -> TokenTemplate {
    let single: [Piece] = [
      .special(id: classification, type: 0), .first(type: 0), .special(id: separator, type: 0),
    ]
    return TokenTemplate(
      single: single, pair: single + [.second(type: 1), .special(id: separator, type: 1)])
  }

  func pieces(isPair: Bool) -> [Piece] { isPair ? pair : single }

  func specialCount(isPair: Bool) -> Int {
    pieces(isPair: isPair).count { piece in
      if case .special = piece { return true }
      return false
    }
  }
}
