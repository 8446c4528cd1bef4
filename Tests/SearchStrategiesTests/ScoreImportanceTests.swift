import Foundation
import GaussianProcesses
import LinearAlgebra
import SearchSpaces
import Testing

@testable import SearchStrategies

struct SampledVarianceTests {
  private func split(
    _ inputs: Int, _ function: @escaping ([Double]) -> Double
  ) -> SampledVariance {
    SampledVariance(groups: (0..<inputs).map { [$0] }, key: RandomKey(seed: 1)) { rows in
      SampledVariance.Answer(
        values: rows.map(function), exists: rows.map { $0.map { _ in true } })
    }
  }

  private func expect(_ share: SampledVariance.Share, _ expected: Double, within limit: Double) {
    #expect(share.error < limit / 2)
    #expect(abs(share.value - expected) < max(4 * share.error, 1e-3), "\(share) \(expected)")
  }

  /// Σ aᵢ uᵢ: the shares are aᵢ² / Σ a².
  @Test func additiveFunction() {
    let weights = [4.0, 2, 1, 0]
    let split = split(4) { zip($0, weights).reduce(0) { $0 + $1.0 * $1.1 } }
    #expect(abs(split.variance - 21.0 / 12) < 0.01)
    for (effect, weight) in zip(split.effects, weights) {
      expect(effect.main, weight * weight / 21, within: 0.02)
      expect(effect.total, weight * weight / 21, within: 0.02)
      #expect(effect.presence == 1 && effect.mainWherePresent == effect.main)
    }
    for pair in split.pairs { expect(pair.share, 0, within: 0.02) }
  }

  /// (u − ½)(v − ½) has no main effects; with a main effect of the third it is half of the variance.
  @Test func interaction() {
    let split = split(3) {
      12 * ($0[0] - 0.5) * ($0[1] - 0.5) + 12.0.squareRoot() * ($0[2] - 0.5)
    }
    expect(split.effects[0].main, 0, within: 0.06)
    expect(split.effects[0].total, 0.5, within: 0.06)
    expect(split.effects[2].main, 0.5, within: 0.06)
    expect(split.effects[2].total, 0.5, within: 0.06)
    for pair in split.pairs {
      expect(pair.share, pair.first == 0 && pair.second == 1 ? 0.5 : 0, within: 0.08)
    }
  }

  @Test func aConstantHasNoShares() {
    let split = split(3) { _ in 0.7 }
    #expect(split.variance < 1e-20)
    for effect in split.effects {
      #expect(effect.main.value.isFinite && effect.total.value.isFinite)
    }
  }

  /// The conditional case of Tests/Fixtures/gp/importance.json: brute force by NumPy.
  private struct Fixture: Decodable {
    struct Case: Decodable {
      let kinds: [String]
      let x: [[Double]]
      let isActive: [[Bool]]
      let y: [Double]
      let scales: [Double]
      let signal: Double
      let noise: Double
      let processMean: Double
      let variance: Double
      let mains: [Double]
      let totals: [Double]
      let pairs: [Double]
      let presence: [Double]
      let mainsWherePresent: [Double]
    }
    let conditional: Case
  }

  @Test func conditionalInputsEqualBruteForce() throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../Fixtures/gp/importance.json").standardizedFileURL
    let item = try JSONDecoder().decode(Fixture.self, from: Data(contentsOf: file)).conditional
    let kinds: [InputKind] = item.kinds.map { $0 == "ordered" ? .ordered : .unordered }
    var inputs = EncodedInputs(kinds: kinds)
    for (row, active) in zip(item.x, item.isActive) { try inputs.append(row, isActive: active) }
    let process = try GaussianProcess(
      inputs: inputs, targets: item.y,
      hyperparameters: Hyperparameters(
        lengthScales: item.scales, signalVariance: item.signal, noiseVariance: item.noise,
        mean: item.processMean))
    let split = try SampledVariance(
      groups: [[0], [1], [2], [3]], key: RandomKey(seed: 3)
    ) { rows throws(GaussianProcessError) in
      var points = EncodedInputs(kinds: kinds)
      var exists: [[Bool]] = []
      for u in rows {
        let method = (3 * u[0]).rounded(.down)
        exists.append([true, method >= 1, method >= 2, true])
        try points.append(
          [
            method, ((5 * u[1]).rounded(.down) + 0.5) / 5, (2 * u[2]).rounded(.down),
            ((6 * u[3]).rounded(.down) + 0.5) / 6,
          ], isActive: exists[exists.count - 1])
      }
      return SampledVariance.Answer(values: process.means(at: points), exists: exists)
    }
    #expect(abs(split.variance / item.variance - 1) < 0.03)
    for index in 0..<4 {
      let effect = split.effects[index]
      expect(effect.main, item.mains[index] / item.variance, within: 0.05)
      expect(effect.total, item.totals[index] / item.variance, within: 0.05)
      #expect(abs(effect.presence - item.presence[index]) < 0.01)
      expect(
        try #require(effect.mainWherePresent), item.mainsWherePresent[index], within: 0.12)
    }
    for (pair, value) in zip(split.pairs, item.pairs) {
      expect(pair.share, value / item.variance, within: 0.06)
    }
  }
}

struct ScoreImportanceTests {
  /// Trials at space-filling points with scores by formula.
  private func trials(
    _ space: SearchSpace, count: Int, score: (SearchPoint) -> Double
  ) throws -> [Trial] {
    let strategy = try StrategyRegistry.make("random", space: space, seed: 9)
    return try strategy.ask(count: count, history: []).enumerated().map { index, proposal in
      Trial(
        number: index + 1, state: .complete, origin: .initial, point: proposal.candidate.point,
        configuration: proposal.candidate.configuration, costs: proposal.candidate.costs,
        score: score(proposal.candidate.point))
    }
  }

  private func rate(_ point: SearchPoint) -> Double {
    log10(point["training.learning-rate"]?.asNumber ?? 1e-3) + 3
  }

  @Test func exactSharesOfAnAdditiveScore() throws {
    let space = try TestSpaces.space(TestSpaces.independent)
    #expect(space.independentLaws != nil)
    let history = try trials(space, count: 60) { 0.7 + 0.1 * rate($0) }
    let importance = try ScoreImportance(history, space: space, seed: 1)
    #expect(importance.isExact && importance.doubt == nil)
    #expect(try #require(importance.explained) > 0.99)
    let first = importance.decisions[0]
    #expect(first.name == "training.learning-rate")
    #expect(first.main.value > 0.98 && first.main.error == 0 && first.presence == 1)
    let sum =
      importance.decisions.reduce(0) { $0 + $1.main.value }
      + importance.interactions.reduce(0) { $0 + $1.share.value }
    #expect(sum < 1 + 1e-9)
  }

  /// The two ways agree where both can go.
  @Test func sampledSharesEqualExactOnes() throws {
    let space = try TestSpaces.space(TestSpaces.independent)
    let history = try trials(space, count: 50) { point in
      let warmup = point["training.warmup"]?.asNumber ?? 0
      return rate(point) * (1 + 8 * warmup) + (point["training.batch"]?.asNumber ?? 8) / 40
    }
    let exact = try ScoreImportance(history, space: space, seed: 1)
    let sampled = try ScoreImportance(history, space: space, seed: 1, isExactAllowed: false)
    #expect(exact.isExact && !sampled.isExact)
    for decision in exact.decisions {
      let other = try #require(sampled.decisions.first { $0.name == decision.name })
      #expect(abs(other.main.value - decision.main.value) < 4 * other.main.error + 2e-3)
      #expect(abs(other.total.value - decision.total.value) < 4 * other.total.error + 2e-3)
    }
  }

  /// Each level's place and probability are those of points that are drawn.
  @Test func lawsAreThoseOfDrawnPoints() throws {
    let space = try TestSpaces.space(TestSpaces.independent)
    let laws = try #require(space.independentLaws)
    #expect(laws.count == space.dimensions.count)
    var source = CounterRandom(RandomKey(seed: 5))
    let count = 20_000
    let drawn = (0..<count).map { _ in space.encode(space.sample(using: &source)) }
    #expect(drawn.allSatisfy { $0.isActive.allSatisfy { $0 } })
    for (index, law) in laws.enumerated() {
      let values = drawn.map { $0.values[index] }
      switch law {
      case .uniform:
        let mean = values.reduce(0, +) / Double(count)
        let square = values.reduce(0) { $0 + $1 * $1 } / Double(count)
        #expect(abs(mean - 0.5) < 0.01 && abs(square - 1.0 / 3) < 0.01)
      case .levels(let places, let probabilities):
        #expect(abs(probabilities.reduce(0, +) - 1) < 1e-12)
        for (place, probability) in zip(places, probabilities) {
          let share = Double(values.count { abs($0 - place) < 1e-12 }) / Double(count)
          #expect(abs(share - probability) < 5 * (probability / Double(count)).squareRoot())
        }
      }
    }
  }

  @Test(arguments: [TestSpaces.tiny, TestSpaces.discrete, TestSpaces.mixed, TestSpaces.grouped])
  func dependentDecisionsHaveNoLaws(text: String) throws {
    #expect(try TestSpaces.space(text).independentLaws == nil)
  }

  @Test func conditionalDecisionsAreToldWhereTheyExist() throws {
    let space = try TestSpaces.space(TestSpaces.discrete)
    let history = try trials(space, count: 60) { point in
      log2(point["lora.rank"]?.asNumber ?? 1) + 0.2 * rate(point)
    }
    let importance = try ScoreImportance(history, space: space, seed: 1)
    #expect(!importance.isExact && importance.doubt == nil)
    let rank = try #require(importance.decisions.first { $0.name.hasSuffix("lora.rank") })
    // Three methods, at least one of them: lora is in 4 of 7 sets.
    #expect(abs(rank.presence - 4.0 / 7) < 0.02)
    let present = try #require(rank.mainWherePresent)
    #expect(present.value > rank.main.value && present.value > 0.8)
    #expect(importance.decisions[0].main.value >= importance.decisions[1].main.value)
    let again = try ScoreImportance(history, space: space, seed: 1)
    #expect(again.decisions.map(\.main) == importance.decisions.map(\.main))
  }

  @Test func doubtsAreSaid() throws {
    let space = try TestSpaces.space(TestSpaces.independent)
    let few = try ScoreImportance(
      trials(space, count: 7) { rate($0) }, space: space, seed: 1)
    #expect(few.doubt == .fewTrials(count: 7, needed: 8) && few.decisions.isEmpty)
    let constant = try ScoreImportance(
      trials(space, count: 20) { _ in 0.5 }, space: space, seed: 1)
    #expect(constant.doubt == .constant && constant.decisions.isEmpty)
    // Pure noise is seen through nine times in ten.
    var seenThrough = 0
    for seed in 0..<10 {
      var source = CounterRandom(RandomKey(seed: UInt64(seed)))
      let noise = try ScoreImportance(
        trials(space, count: 40) { _ in source.normal() }, space: space, seed: 1)
      if noise.doubt == .unexplained || noise.doubt == .constant { seenThrough += 1 }
    }
    #expect(seenThrough >= 9)
  }
}
