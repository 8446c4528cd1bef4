import Foundation
import TensorCore
import Testing

@Suite struct ActivationsTests {
  struct Function: CustomStringConvertible, Sendable {
    let description: String
    let operation: @Sendable (Tape, Tensor) -> Tensor
    let reference: @Sendable (Double) -> Double
  }

  static let functions = [
    Function(description: "gelu", operation: { $0.gelu($1) }, reference: Reference.gelu),
    Function(
      description: "gelu-tanh", operation: { $0.gelu($1, approximation: .tanh) },
      reference: Reference.geluTanh),
    Function(description: "relu", operation: { $0.relu($1) }, reference: Reference.relu),
    Function(description: "tanh", operation: { $0.tanh($1) }, reference: { Foundation.tanh($0) }),
    Function(description: "sigmoid", operation: { $0.sigmoid($1) }, reference: Reference.sigmoid),
    Function(description: "silu", operation: { $0.silu($1) }, reference: Reference.silu),
  ]

  /// 37 elements: two full vectors of any width, and a tail.
  @Test(arguments: functions)
  func equalsReference(function: Function) {
    GradientCheck(
      leaves: [.awayFromZero("x", Shape(37))],
      operation: { function.operation($0, $1[0]) },
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
