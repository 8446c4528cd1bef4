import TensorCore
import Testing

@Suite struct MeanAbsoluteTests {
  @Test func equalsReference() {
    GradientCheck(
      leaves: [.awayFromZero("x", Shape(4, 3))], operation: { $0.meanAbsolute($1[0]) },
      reference: { t in [t[0].reduce(0) { $0 + abs($1) } / 12] }
    ).run()
  }
}
