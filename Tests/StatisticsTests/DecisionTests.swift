import LinearAlgebra
import Statistics
import Testing

/// The rule of verdicts, on data whose verdict is known.
@Suite struct DecisionTests {
  private let key = RandomKey(seed: 21)

  /// Arms a, b, c over blocks with a shared block effect.
  private func scores(
    _ means: [String: Double], blocks: Int, noise: Double, seed: UInt64 = 1
  ) -> BlockedScores {
    var table: [Int: [String: Double]] = [:]
    for block in 1...blocks {
      var random = CounterRandom(RandomKey(seed: seed).derived(block))
      let shared = random.normal()
      for arm in means.keys.sorted() {
        table[block, default: [:]][arm] = (means[arm] ?? 0) + shared + noise * random.normal()
      }
    }
    return BlockedScores(arms: means.keys.sorted(), scores: table)
  }

  private func verdict(_ means: [String: Double], noise: Double, blocks: Int = 24) -> Verdict {
    let family = ArmComparison.family(scores(means, blocks: blocks, noise: noise), key: key)
    return Verdict(published: "a", family, margin: 0.5)
  }

  @Test func theFourVerdicts() {
    #expect(verdict(["a": 2, "b": 0, "c": 0], noise: 0.3) == .replicated)
    #expect(verdict(["a": 0, "b": 2, "c": 0], noise: 0.3) == .contradicted)
    #expect(verdict(["a": 0, "b": 0, "c": 0], noise: 0.05) == .equivalent)
    #expect(verdict(["a": 0, "b": 0, "c": 0], noise: 5) == .inconclusive)
    // Five blocks that happen to agree show no equivalence.
    #expect(verdict(["a": 0, "b": 0, "c": 0], noise: 0.05, blocks: 5) == .inconclusive)
    #expect(verdict(["a": 0, "b": 0, "c": 0], noise: 0.05, blocks: 6) == .equivalent)
    // Five pairs cannot reach 5 % whatever they show.
    #expect(verdict(["a": 2, "b": 0, "c": 0], noise: 0.01, blocks: 5) == .inconclusive)
    #expect(Verdict(published: "x", [], margin: 1) == .inconclusive)
  }

  @Test func supportOfAStageFollowsItsChoice() {
    let family = ArmComparison.family(
      scores(["a": 2, "b": 0, "c": 0], blocks: 24, noise: 0.3), key: key)
    #expect(StageSupport(choice: "a", family, margin: 0.5) == .supported)
    #expect(StageSupport(choice: "b", family, margin: 0.5) == .inconclusive)
  }

  @Test func comparisonsTurnRound() throws {
    let table = scores(["a": 1, "b": 0], blocks: 12, noise: 0.5)
    let one = try #require(ArmComparison.family(table, key: key).first)
    let other = one.reversed
    #expect(other.first == "b" && other.mean == -one.mean && other.pValue == one.pValue)
    #expect(other.shift.lower == -one.shift.upper && other.reversed == one)
    #expect(abs(one.ahead.share + other.ahead.share - 1) < 1e-15)
  }

  @Test func theSameDataAndKeyGiveTheSameNumbers() {
    let table = scores(["a": 1, "b": 0, "c": 0.2], blocks: 30, noise: 0.5)
    #expect(ArmComparison.family(table, key: key) == ArmComparison.family(table, key: key))
  }

  @Test func blocksWithoutAScoreDoNotPair() {
    let table = BlockedScores(
      arms: ["a", "b"],
      scores: [1: ["a": 1, "b": 0], 2: ["a": 5], 3: ["a": 3, "b": 4], 4: ["b": 2]])
    #expect(table.differences("a", "b") == [1, -1])
    #expect(table.scores(of: "a") == [1, 5, 3])
    #expect(table.completeRows == [[1, 0], [3, 4]])
    #expect(table.leader == "a")
    #expect(table.correlation("a", "b") == nil)
  }

  @Test func tasksWeighTheSame() throws {
    let one = BlockedScores(arms: ["a"], scores: [1: ["a": 1], 2: ["a": 4]])
    let two = BlockedScores(arms: ["a"], scores: [1: ["a": 3]])
    let both = try #require(BlockedScores.average([one, two]))
    #expect(both.blocks == [1] && both.score(of: "a", block: 1) == 2)
  }

  @Test func sharedNoiseShowsAsCorrelation() throws {
    let table = scores(["a": 0, "b": 0], blocks: 400, noise: 0.5)
    // Shared variance 1 of 1.25.
    #expect(abs(try #require(table.correlation("a", "b")) - 0.8) < 0.06)
  }
}
