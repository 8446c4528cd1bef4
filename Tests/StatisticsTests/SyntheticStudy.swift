import LinearAlgebra
import Statistics

/// Five grouping patterns over twelve layers with made-up effects: no training.
///
/// A block draws a content for each of four groups; a pattern spreads the groups over the layers;
/// the score adds up the layers' effects, an interaction where one is planted, and noise.
struct SyntheticStudy {
  static let patterns: [(name: String, sizes: [Int])] = [
    ("increasing", [1, 2, 4, 5]), ("uniform", [3, 3, 3, 3]), ("decreasing", [5, 4, 2, 1]),
    ("spindle", [2, 4, 4, 2]), ("bottleneck", [4, 2, 2, 4]),
  ]
  static let contents = 15

  var blocks: Int
  var noise = 1.0
  /// Added to every score of the spindle, in units of the deviation of paired differences.
  var planted = 0.0
  var key: RandomKey

  /// One run of the study.
  struct Run {
    let block: Int
    let pattern: String
    /// The content of each of the twelve layers.
    let layers: [Int]
    let score: Double
  }

  func runs() -> [Run] {
    var random = CounterRandom(key)
    let effects = (0..<12).map { _ in (0..<Self.contents).map { _ in 0.3 * random.normal() } }
    return (1...blocks).flatMap { block in
      let groups = (0..<4).map { _ in random.integer(below: Self.contents) }
      let shared = 2 * random.normal()
      return Self.patterns.map { pattern in
        let layers = zip(groups, pattern.sizes).flatMap { Array(repeating: $0, count: $1) }
        let sum = zip(effects, layers).reduce(0) { $0 + $1.0[$1.1] }
        let bonus = pattern.name == "spindle" ? planted : 0
        return Run(
          block: block, pattern: pattern.name, layers: layers,
          score: sum + shared + bonus + noise * random.normal())
      }
    }
  }

  static func table(_ runs: [Run]) -> BlockedScores {
    var scores: [Int: [String: Double]] = [:]
    for run in runs { scores[run.block, default: [:]][run.pattern] = run.score }
    return BlockedScores(arms: patterns.map(\.name), scores: scores)
  }
}
