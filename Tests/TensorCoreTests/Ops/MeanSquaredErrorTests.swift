import TensorCore
import Testing

@Suite struct MeanSquaredErrorTests {
  @Test(arguments: [1, 5])
  func equalsReference(count: Int) {
    let targets = Leaf.normal("targets", Shape(count)).values
    GradientCheck(
      leaves: [.normal("predictions", Shape(count, 1))],
      operation: { $0.meanSquaredError($1[0], targets: targets) },
      reference: { [Reference.meanSquaredError($0[0], targets)] }
    ).run()
  }
}
