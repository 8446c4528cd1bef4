import Testing

@testable import LinearAlgebra

/// The plain sequence against scipy, the laws of the scrambled one.
struct SobolSequenceTests {
  /// Check sums printed by scripts/fixtures/gp_sobol_directions.py (scipy 1.17.1).
  @Test(arguments: [
    (1, 0xa7e05ae1f154b725 as UInt64),
    (2, 0xdc2980fd40722125 as UInt64),
    (10, 0x7b12b2eee5a87925 as UInt64),
    (337, 0xe249a7f6e7afa825 as UInt64),
    (1111, 0xdeceb4b1a7a9d925 as UInt64),
  ])
  func plainSequenceEqualsScipy(dimensions: Int, expected: UInt64) {
    let sequence = SobolSequence(dimensions: dimensions, scrambledBy: nil)
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for index in 0..<64 {
      for dimension in 0..<dimensions {
        let bits = sequence.integer(index, dimension: dimension)
        for byte in 0..<4 {
          hash = (hash ^ UInt64(bits >> UInt32(8 * byte) & 0xFF)) &* 0x0000_0100_0000_01B3
        }
      }
    }
    #expect(hash == expected)
  }

  @Test func firstPointsAreTheKnownOnes() {
    let sequence = SobolSequence(dimensions: 3, scrambledBy: nil)
    let half = 0x1p-33
    #expect(sequence[0] == [half, half, half])
    #expect(sequence[1] == [0.5 + half, 0.5 + half, 0.5 + half])
    #expect(sequence[2] == [0.75 + half, 0.25 + half, 0.25 + half])
    #expect(sequence[3] == [0.25 + half, 0.75 + half, 0.75 + half])
  }

  @Test(arguments: [1, 7, 99])
  func scramblingKeepsOnePointInEachInterval(seed: UInt64) {
    let sequence = SobolSequence(dimensions: 40, scrambledBy: RandomKey(seed: seed))
    for dimension in 0..<40 {
      for power in [1, 4, 7] {
        let count = 1 << power
        let cells = Set(
          (0..<count).map { Int(sequence.integer($0, dimension: dimension) >> UInt32(32 - power)) })
        #expect(cells.count == count)
      }
    }
  }

  /// The first two dimensions are a (0, m, 2)-net: every elementary rectangle of area 2^(−m) holds
  /// one of the first 2^m points.
  @Test func scramblingKeepsTheNetInTwoDimensions() {
    let sequence = SobolSequence(dimensions: 2, scrambledBy: RandomKey(seed: 3))
    let power = 6
    for split in 0...power {
      let cells = Set(
        (0..<64).map { index in
          let a = split == 0 ? 0 : sequence.integer(index, dimension: 0) >> UInt32(32 - split)
          let rest = power - split
          let b = rest == 0 ? 0 : sequence.integer(index, dimension: 1) >> UInt32(32 - rest)
          return [a, b]
        })
      #expect(cells.count == 64)
    }
  }

  @Test func scrambledPointsAreUniformOverKeysAndDifferByKey() {
    var sum = [0.0, 0.0]
    var squares = [0.0, 0.0]
    for seed in 0..<4000 {
      let point = SobolSequence(dimensions: 2, scrambledBy: RandomKey(seed: UInt64(seed)))[5]
      for axis in 0..<2 {
        sum[axis] += point[axis]
        squares[axis] += point[axis] * point[axis]
      }
    }
    for axis in 0..<2 {
      // Mean 1/2 and mean square 1/3; four standard errors of 4,000 uniform draws.
      #expect(abs(sum[axis] / 4000 - 0.5) < 4 * 0.2887 / 63.2)
      #expect(abs(squares[axis] / 4000 - 1.0 / 3) < 4 * 0.2981 / 63.2)
    }
  }

  /// The reason for the sequence: the error of a smooth integral is far below that of random draws.
  @Test func integratesBetterThanRandomDraws() {
    func integrand(_ x: [Double]) -> Double { x.reduce(1) { $0 * (1 + ($1 - 0.5)) } }
    var sobol = 0.0
    var random = 0.0
    for seed in 0..<20 {
      let key = RandomKey(seed: UInt64(seed))
      let sequence = SobolSequence(dimensions: 6, scrambledBy: key)
      var source = CounterRandom(key)
      var sums = (0.0, 0.0)
      for index in 0..<256 {
        sums.0 += integrand(sequence[index])
        sums.1 += integrand((0..<6).map { _ in source.uniform() })
      }
      sobol += (sums.0 / 256 - 1) * (sums.0 / 256 - 1)
      random += (sums.1 / 256 - 1) * (sums.1 / 256 - 1)
    }
    #expect(sobol < random / 50)
  }

  @Test func everyValueIsInsideTheOpenCube() {
    let sequence = SobolSequence(
      dimensions: SobolSequence.maximumDimensions, scrambledBy: RandomKey(seed: 11))
    for index in 0..<16 {
      for value in sequence[index] { #expect(value > 0 && value < 1) }
    }
    #expect(SobolSequence(dimensions: 0, scrambledBy: nil)[4].isEmpty)
  }
}
