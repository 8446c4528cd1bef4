/// Splits words into the longest pieces that a vocabulary holds, from left to right.
///
/// A word with a part that no piece covers, or that is longer than the limit, is one unknown token.
///
/// Reference: arXiv 1609.08144, section 4.1; huggingface/tokenizers
/// tokenizers/src/models/wordpiece/mod.rs.
struct WordPiece: Sendable {
  /// Marks a piece that continues a word, such as "##".
  let continuationPrefix: String
  /// Longest word in scalars.
  let wordLimit: Int
  let unknown: Int32
  private let pieces: ScalarTrie
  private let continuation: ScalarTrie.Node?

  init(
    vocabulary: Vocabulary, unknown: Int32, continuationPrefix: String = "##",
    wordLimit: Int = 100
  ) {
    self.continuationPrefix = continuationPrefix
    self.wordLimit = wordLimit
    self.unknown = unknown
    pieces = ScalarTrie(vocabulary.entries)
    continuation = pieces.node(of: continuationPrefix)
  }

  /// Appends the pieces of one word.
  func appendPieces(of word: ArraySlice<Unicode.Scalar>, to result: inout [Int32]) {
    guard word.count <= wordLimit else {
      result.append(unknown)
      return
    }
    let countBefore = result.count
    var rest = word
    var start: ScalarTrie.Node? = ScalarTrie.root
    while !rest.isEmpty {
      guard let node = start, let match = pieces.longestMatch(in: rest, from: node) else {
        result.removeSubrange(countBefore...)
        result.append(unknown)
        return
      }
      result.append(match.value)
      rest = rest.dropFirst(match.count)
      start = continuation
    }
  }
}
