import LinearAlgebra
import NeuralNets
import SearchSpaces
import TensorCore
import Testing

@testable import PEFTMethods

/// SAID: one subspace for all maps, which keeps lengths.
@Suite struct SAIDTests {
  private static func said(_ dimension: Int) -> MethodInstance {
    MethodInstance("said", ["dimension": .integer(dimension)])
  }

  private func updates(_ model: PreparedModel) -> [[Float]] {
    model.attached.canonicalForms.compactMap { form in
      guard case .denseDelta(let values) = form.form else { return nil }
      return values
    }
  }

  private func theta(_ model: PreparedModel) throws -> Parameter {
    try #require(model.attached.tensors.first { $0.name.hasSuffix("said.theta") }).parameter
  }

  /// ‖P θ‖ ≈ ‖θ‖ for each map, and maps move in different directions.
  @Test func lengthsAreKept() throws {
    let model = try PreparedModel([Self.said(50)])
    try theta(model).assign((0..<50).map { Float(($0 * 7) % 11) - 5 })
    let length = try norm(theta(model).array)
    let found = updates(model)
    #expect(found.count == 6)
    for update in found { #expect(abs(norm(update) / length - 1) < 0.35) }
    #expect(Set(found.map { $0[0] }).count == 6)
  }

  /// The transform belongs to the method and the place, not to the trial's noise.
  @Test func theSubspaceDoesNotDependOnTheKey() throws {
    let first = try PreparedModel([Self.said(20)])
    let second = try PreparedModel([Self.said(20)], key: RandomKey(seed: 99))
    for model in [first, second] { try theta(model).assign((0..<20).map { Float($0) / 10 }) }
    #expect(updates(first) == updates(second))
  }

  @Test func theUpdateIsLinearInTheSharedNumbers() throws {
    let model = try PreparedModel([Self.said(20)])
    try theta(model).assign((0..<20).map { Float($0) / 10 })
    let once = updates(model)
    try theta(model).assign((0..<20).map { Float($0) / 5 })
    for (single, double) in zip(once, updates(model)) {
      expectClose(double, single.map { 2 * $0 }, tolerance: 1e-6)
    }
    let scale = try #require(model.attached.tensors.first { $0.name.hasSuffix("said_scale") })
    scale.parameter.assign([-0.5])
    expectClose(updates(model)[0], once[0].map { -$0 }, tolerance: 1e-6)
  }

  private func norm(_ values: [Float]) -> Double {
    values.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
  }
}
