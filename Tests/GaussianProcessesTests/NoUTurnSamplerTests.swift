import Foundation
import LinearAlgebra
import Testing

@testable import GaussianProcesses

struct NoUTurnSamplerTests {
  /// A correlated normal law with very different scales.
  private struct Normal: LogDensity {
    let mean: [Double]
    let precision: Matrix
    var dimensions: Int { mean.count }

    func evaluate(_ place: [Double]) -> (value: Double, gradient: [Double]) {
      let gap = zip(place, mean).map { $0 - $1 }
      let pull = precision.times(gap)
      return (-0.5 * zip(gap, pull).reduce(0) { $0 + $1.0 * $1.1 }, pull.map { -$0 })
    }
  }

  /// Neal's funnel, mild: v ~ N(0, 1), x_i ~ N(0, e^v).
  private struct Funnel: LogDensity {
    let dimensions = 5

    func evaluate(_ place: [Double]) -> (value: Double, gradient: [Double]) {
      let v = place[0]
      let others = place.dropFirst()
      let squares = others.reduce(0) { $0 + $1 * $1 }
      let scale = exp(-v)
      let value = -0.5 * v * v - 0.5 * squares * scale - 0.5 * 4 * v
      return (value, [-v + 0.5 * squares * scale - 2] + others.map { -$0 * scale })
    }
  }

  private func moments(_ draws: [[Double]], _ index: Int) -> (mean: Double, variance: Double) {
    let values = draws.map { $0[index] }
    let mean = values.reduce(0, +) / Double(values.count)
    let square = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (mean, square / Double(values.count - 1))
  }

  @Test func momentsOfACorrelatedNormal() throws {
    let covariance = Matrix(rows: 3, columns: 3, values: [1, 7, 0.05, 7, 100, 0, 0.05, 0, 0.01])
    let normal = Normal(mean: [1, -20, 0.3], precision: try Cholesky(covariance).inverse())
    let sampler = NoUTurnSampler(warmUp: 500, samples: 2000)
    let chains = (0..<2).map { chain in
      sampler.chain(of: normal, from: [0, 0, 0], key: RandomKey(seed: 40).derived(chain))
    }
    for index in 0..<3 {
      let values = chains.map { $0.draws.map { $0[index] } }
      let size = try #require(ChainDiagnostics.effectiveSampleSize(values))
      #expect(size > 800)
      #expect(try #require(ChainDiagnostics.splitRHat(values)) < 1.02)
      let (mean, variance) = moments(chains.flatMap(\.draws), index)
      let deviation = covariance[index, index].squareRoot()
      #expect(abs(mean - normal.mean[index]) < 5 * deviation / size.squareRoot())
      #expect(abs(variance / covariance[index, index] - 1) < 7 / size.squareRoot())
    }
    #expect(chains.allSatisfy { $0.divergences == 0 })
    #expect(chains.allSatisfy { $0.acceptance > 0.6 && $0.acceptance < 0.98 })
    let cross = chains[0].draws.reduce(0) { $0 + ($1[0] - 1) * ($1[1] + 20) } / 2000
    #expect(abs(cross - 7) < 2)
  }

  @Test func momentsOfAFunnel() throws {
    let sampler = NoUTurnSampler(warmUp: 1000, samples: 4000, targetAcceptance: 0.95)
    let chain = sampler.chain(
      of: Funnel(), from: Array(repeating: 0.1, count: 5), key: RandomKey(seed: 3))
    let v = chain.draws.map { $0[0] }
    let size = try #require(ChainDiagnostics.effectiveSampleSize([v]))
    let (mean, variance) = moments(chain.draws, 0)
    #expect(size > 200)
    #expect(abs(mean) < 5 / size.squareRoot())
    #expect(abs(variance - 1) < 8 / size.squareRoot())
    // E[x²] = E[e^v] = e^½, with heavy tails.
    let squares = chain.draws.reduce(0) { $0 + $1[1] * $1[1] } / 4000
    #expect(squares > 1 && squares < 2.6)
  }

  @Test func sameKeySameChain() {
    let normal = Normal(mean: [0, 0], precision: .identity(2))
    let sampler = NoUTurnSampler(warmUp: 50, samples: 20)
    let chains = [1, 1, 2].map {
      sampler.chain(of: normal, from: [1, 1], key: RandomKey(seed: UInt64($0))).draws
    }
    #expect(chains[0] == chains[1] && chains[0] != chains[2])
  }

  /// Energy errors too large to follow are counted, and the chain stays where it was.
  @Test func divergencesAreCounted() {
    struct Wall: LogDensity {
      let dimensions = 1
      func evaluate(_ place: [Double]) -> (value: Double, gradient: [Double]) {
        place[0] > 0 ? (-place[0], [-1]) : (-.infinity, [0])
      }
    }
    let sampler = NoUTurnSampler(warmUp: 0, samples: 200)
    let chain = sampler.chain(of: Wall(), from: [0.5], key: RandomKey(seed: 1))
    #expect(chain.divergences > 0)
    #expect(chain.draws.allSatisfy { $0[0] > 0 })
  }

  @Test func windowsAsStan() {
    #expect(WarmUpSchedule(iterations: 1000).ends == [100, 150, 250, 450, 950])
    #expect(WarmUpSchedule(iterations: 1000).start == 75)
    #expect(WarmUpSchedule(iterations: 128) == WarmUpSchedule(iterations: 128))
    #expect(WarmUpSchedule(iterations: 128).ends == [116])
    #expect(WarmUpSchedule(iterations: 128).start == 19)
    #expect(WarmUpSchedule(iterations: 10).ends.isEmpty)
  }

  @Test func diagnosticsEqualNumPyro() throws {
    let fixture = try MultiobjectiveFixture.load()
    let rHat = try #require(ChainDiagnostics.splitRHat(fixture.chains))
    let size = try #require(ChainDiagnostics.effectiveSampleSize(fixture.chains))
    #expect(abs(rHat - fixture.splitRHat) < 1e-12)
    #expect(abs(size - fixture.effectiveSamples) < 1e-9 * size)
    #expect(ChainDiagnostics.splitRHat([[1, 2]]) == nil)
    #expect(ChainDiagnostics.splitRHat([[1, 1, 1, 1]]) == 1)
  }
}
