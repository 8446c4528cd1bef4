import TensorCore
import Testing

@Suite struct PermuteColumnsTests {
  @Test func equalsReference() {
    let order: [Int32] = [2, 0, 3, 1]
    GradientCheck(
      leaves: [.normal("x", Shape(3, 4))], operation: { $0.permuteColumns($1[0], order: order) },
      reference: { t in (0..<12).map { t[0][$0 / 4 * 4 + Int(order[$0 % 4])] } }
    ).run()
  }
}
