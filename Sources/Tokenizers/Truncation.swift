/// Truncation of one text or a pair to a number of tokens, the longer text first.
enum Truncation {
  /// How many tokens to keep of a pair.
  ///
  /// The shorter text is kept whole where it fits beside an equal share of the other; where both
  /// are too long, each keeps half, and the one more token of an odd limit goes to the text that
  /// was longer (to the second where both are equally long).
  ///
  /// Reference: huggingface/tokenizers tokenizers/src/utils/truncation.rs, `LongestFirst`.
  static func longestFirst(first: Int, second: Int, limit: Int) -> (first: Int, second: Int) {
    if first + second <= limit { return (first, second) }
    let isSwapped = first > second
    var short = min(first, second)
    var long = short > limit ? short : max(short, limit - short)
    if short + long > limit {
      short = limit / 2
      long = short + limit % 2
    }
    return isSwapped ? (long, short) : (short, long)
  }
}
