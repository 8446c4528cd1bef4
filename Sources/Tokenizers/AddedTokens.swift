internal import StrictJSON

/// A token that is found in a text before the text is split into words, such as "[MASK]".
struct AddedToken: Sendable, Hashable {
  let content: String
  let id: Int32
  /// Found only where no letter or digit stands beside it.
  var isSingleWord = false
  /// Swallows the white space on its left.
  var stripsLeft = false
  /// Swallows the white space on its right.
  var stripsRight = false
  /// Searched in the normalised text instead of the raw one.
  var isNormalized = false
}

/// Cuts a text at added tokens: leftmost first, of those the longest.
///
/// Reference: huggingface/tokenizers tokenizers/src/tokenizer/added_vocabulary.rs, `find_matches`.
struct AddedTokenFinder: Sendable {
  /// A stretch of the text: a token, or plain text between tokens.
  enum Segment {
    case token(Int32)
    case text(Range<Int>)
  }

  private let trie: ScalarTrie
  private let tokens: [AddedToken]
  private let firstScalars: Set<Unicode.Scalar>

  /// - Parameter pattern: what is searched for a token: its text, or its normalised text.
  init(_ tokens: [AddedToken], pattern: (AddedToken) -> String) {
    let searched = tokens.map { (token: $0, pattern: pattern($0)) }
      .filter { !$0.pattern.isEmpty }
    self.tokens = searched.map(\.token)
    trie = ScalarTrie(searched.enumerated().map { ($1.pattern, Int32($0)) })
    firstScalars = Set(searched.compactMap { $0.pattern.unicodeScalars.first })
  }

  func segments(of text: [Unicode.Scalar]) -> [Segment] {
    var result: [Segment] = []
    var done = 0
    var position = 0
    while position < text.count {
      guard firstScalars.contains(text[position]),
        let match = trie.longestMatch(in: text[position...])
      else {
        position += 1
        continue
      }
      let token = tokens[Int(match.value)]
      var start = position
      var end = position + match.count
      position = end
      if token.isSingleWord {
        if start > 0, UnicodeRules.isWordCharacter(text[start - 1]) { continue }
        if end < text.count, UnicodeRules.isWordCharacter(text[end]) { continue }
      }
      if token.stripsLeft {
        while start > done, UnicodeRules.isWhitespace(text[start - 1]) { start -= 1 }
      }
      if token.stripsRight {
        while end < text.count, UnicodeRules.isWhitespace(text[end]) { end += 1 }
      }
      if done < start { result.append(.text(done..<start)) }
      result.append(.token(token.id))
      done = end
      position = max(position, end)
    }
    if done < text.count { result.append(.text(done..<text.count)) }
    return result
  }
}
