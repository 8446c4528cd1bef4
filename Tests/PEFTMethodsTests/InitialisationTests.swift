import LinearAlgebra
import Testing

@testable import PEFTMethods

/// Moments and bounds of the initial draws.
@Suite struct InitialisationTests {
  private let count = 40_000

  private func moments(_ start: Initialisation) -> (mean: Double, deviation: Double, limit: Double)
  {
    let values = start.values(count, key: RandomKey(seed: 8)).map(Double.init)
    let mean = values.reduce(0, +) / Double(count)
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)
    return (mean, variance.squareRoot(), values.map(abs).max() ?? 0)
  }

  @Test func normalHasItsDeviation() {
    let drawn = moments(.normal(deviation: 0.02))
    #expect(abs(drawn.mean) < 5 * 0.02 / 200)
    #expect(abs(drawn.deviation / 0.02 - 1) < 0.02)
  }

  @Test func truncatedNormalStaysInside() {
    let drawn = moments(.truncatedNormal(deviation: 0.01))
    #expect(drawn.limit <= 0.02)
    // A standard normal cut at two deviations has deviation 0.8796.
    #expect(abs(drawn.deviation / 0.01 - 0.8796) < 0.02)
  }

  @Test func kaimingIsUniformOverItsBound() {
    let drawn = moments(.kaiming(fanIn: 25))
    #expect(drawn.limit <= 0.2 && drawn.limit > 0.199)
    #expect(abs(drawn.deviation / (0.2 / 3.0.squareRoot()) - 1) < 0.02)
  }

  @Test func zerosAreZero() {
    #expect(moments(.zeros).limit == 0)
  }
}
