import Foundation
import TensorCore
import Testing

@Suite struct ActivationsTests {
  /// 37 elements: two full vectors of any width, and a tail.
  @Test(arguments: PointwiseFunction.allCases)
  func equalsReference(function: PointwiseFunction) {
    GradientCheck(
      leaves: [.awayFromZero("x", Shape(37))],
      operation: { $0.apply(function, to: $1[0]) },
      reference: { $0[0].map(function.reference) }, valueTolerance: 5e-7
    ).run()
  }

  @Test func reluHasNoSlopeAtZero() {
    let parameter = Parameter(path: "x", shape: Shape(1), values: [0])
    parameter.makeTrainable()
    let tape = Tape(recording: true)
    tape.backward(from: tape.relu(tape.parameter(parameter)))
    #expect(parameter.gradientArray[0] == 0)
  }
}

extension PointwiseFunction {
  /// The function in Double.
  var reference: (Double) -> Double {
    switch self {
    case .gelu: Reference.gelu
    case .geluTanh: Reference.geluTanh
    case .relu: Reference.relu
    case .tanh: { Foundation.tanh($0) }
    case .sigmoid: Reference.sigmoid
    case .silu: Reference.silu
    }
  }
}
