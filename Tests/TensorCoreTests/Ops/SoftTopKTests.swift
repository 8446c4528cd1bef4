import Foundation
import TensorCore
import Testing

@Suite struct SoftTopKTests {
  /// a by bisection, in Double.
  private static func reference(
    _ scores: [Double], counts: [Int], offsets: [Int32], smoothness: Double
  ) -> [Double] {
    counts.enumerated().flatMap { sequence, count -> [Double] in
      let own = scores[Int(offsets[sequence])..<Int(offsets[sequence + 1])]
      guard count < own.count else { return own.map { _ in 1 } }
      func shares(_ a: Double) -> [Double] { own.map { min(1, exp(($0 + a) / smoothness)) } }
      var (low, high) = (-60.0, 60.0)
      for _ in 0..<200 {
        let middle = (low + high) / 2
        if shares(middle).reduce(0, +) < Double(count) { low = middle } else { high = middle }
      }
      return shares((low + high) / 2)
    }
  }

  @Test(arguments: [0.2, 0.5, 3])
  func equalsReference(smoothness: Double) {
    let (counts, offsets) = ([2, 1, 3, 4], [0, 5, 8, 9, 16] as [Int32])
    GradientCheck(
      leaves: [.normal("s", Shape(16, 1))],
      operation: {
        $0.softTopK($1[0], counts: counts, offsets: offsets, smoothness: smoothness)
      },
      reference: {
        Self.reference($0[0], counts: counts, offsets: offsets, smoothness: smoothness)
      }
    ).run()
  }

  /// Coordinate descent that has converged, and the exact solve for a small ε.
  @Test(arguments: [
    (2, 1, [1, 0.4655, 0.2823, 0.1892, 0.0630]),
    (2, 0.3, [1, 0.8065, 0.1523, 0.0402, 0.0010]),
    (2, 0.1, [1, 0.9932, 0.0067, 0.0001, 0]),
    (2, 0.03, [1, 1, 0, 0, 0]),
    (1, 0.3, [0.9576, 0.0342, 0.0065, 0.0017, 0]),
  ])
  func equalsKnownShares(count: Int, smoothness: Double, expected: [Double]) {
    let tape = Tape(recording: false)
    let scores = tape.constant([2, 1, 0.5, 0.1, -1], shape: Shape(5, 1))
    let shares = tape.softTopK(scores, counts: [count], offsets: [0, 5], smoothness: smoothness)
    #expect(largestError(shares.array, expected) < 6e-5)
  }

  /// Equal scores share alike, and large ones do not overflow.
  @Test func extremesStayFinite() {
    let tape = Tape(recording: false)
    let scores = tape.constant([3, 3, 3, 3, 1e30, -1e30, 0], shape: Shape(7, 1))
    let shares = tape.softTopK(scores, counts: [2, 1], offsets: [0, 4, 7], smoothness: 0.001)
    #expect(shares.array == [0.5, 0.5, 0.5, 0.5, 1, 0, 0])
  }

  @Test func sequencesThatAreChosenWholeHaveShareOne() {
    let tape = Tape(recording: true)
    let scores = tape.constant([5, -5, 0.5], shape: Shape(3, 1))
    let shares = tape.softTopK(scores, counts: [2, 4], offsets: [0, 2, 3], smoothness: 1)
    #expect(shares.array == [1, 1, 1])
  }
}
