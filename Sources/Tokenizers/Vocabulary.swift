internal import StrictJSON

/// The texts of a tokenizer with their numbers, compared by bytes.
struct Vocabulary: Sendable {
  private(set) var entries: [(text: String, value: Int32)] = []
  private var ids: [ExactText: Int32] = [:]
  /// The text of every number that has one.
  private var texts: [Int32: String] = [:]

  /// Adds a text; false where the text or its number stands already.
  mutating func insert(_ text: String, id: Int32) -> Bool {
    guard texts[id] == nil, ids[ExactText(text)] == nil else { return false }
    texts[id] = text
    ids[ExactText(text)] = id
    entries.append((text, id))
    return true
  }

  func id(of text: String) -> Int32? { ids[ExactText(text)] }

  func text(of id: Int32) -> String? { texts[id] }

  /// One more than the highest number: rows that an embedding table needs.
  var size: Int { Int(texts.keys.max() ?? -1) + 1 }
}
