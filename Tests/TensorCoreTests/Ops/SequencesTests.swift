import TensorCore
import Testing

@Suite struct SequencesTests {
  private static let offsets: [Int32] = [0, 3, 4, 7]
  /// The sequence of each of the seven rows.
  private static let owner = [0, 0, 0, 1, 2, 2, 2]

  @Test func meansEqualReference() {
    GradientCheck(
      leaves: [.normal("x", Shape(7, 5))],
      operation: { $0.sequenceMeans($1[0], offsets: Self.offsets) },
      reference: { t in
        var means = [Double](repeating: 0, count: 15)
        for (row, sequence) in Self.owner.enumerated() {
          let length = Double(Self.owner.filter { $0 == sequence }.count)
          for column in 0..<5 { means[sequence * 5 + column] += t[0][row * 5 + column] / length }
        }
        return means
      }
    ).run()
  }

  @Test func scaledSequencesEqualReference() {
    GradientCheck(
      leaves: [.normal("x", Shape(7, 5)), .normal("f", Shape(3, 1))],
      operation: { $0.scaleSequences($1[0], by: $1[1], offsets: Self.offsets) },
      reference: { t in t[0].indices.map { t[0][$0] * t[1][Self.owner[$0 / 5]] } }
    ).run()
  }

  @Test func scaledCopiesEqualReference() {
    GradientCheck(
      leaves: [.normal("x", Shape(4, 5)), .normal("f", Shape(3, 4))],
      operation: { $0.scaledCopies($1[0], by: $1[1]) },
      reference: { t in
        (0..<60).map { element in t[0][element % 20] * t[1][element / 5] }
      }
    ).run()
  }
}
