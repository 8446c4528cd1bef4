import Foundation
import NeuralNets
import TensorCore
import Testing

@Suite struct AdamWTests {
  /// The update by its definition in Double.
  private struct Reference {
    var values: [Double]
    let learningRate: Double
    let decay: Double
    var first: [Double]
    var second: [Double]
    var step = 0

    init(_ values: [Float], learningRate: Double, decay: Double) {
      self.values = values.map { Double($0) }
      self.learningRate = learningRate
      self.decay = decay
      first = values.map { _ in 0 }
      second = first
    }

    mutating func update(_ gradient: [Float], factor: Double, scale: Double) {
      step += 1
      let rate = learningRate * factor
      for index in values.indices {
        let g = scale * Double(gradient[index])
        first[index] = 0.9 * first[index] + 0.1 * g
        second[index] = 0.999 * second[index] + 0.001 * g * g
        let m = first[index] / (1 - pow(0.9, Double(step)))
        let v = second[index] / (1 - pow(0.999, Double(step)))
        values[index] -= rate * decay * values[index] + rate * m / (v.squareRoot() + 1e-8)
      }
    }
  }

  private func trained(_ path: String, _ count: Int) -> Parameter {
    let parameter = normalParameter(path, Shape(count))
    parameter.makeTrainable()
    return parameter
  }

  private func fill(_ parameter: Parameter, step: Int) -> [Float] {
    let values = normalNumbers("\(parameter.path) \(step)", parameter.count, deviation: 0.3)
    _ = parameter.gradient.update(fromContentsOf: values)
    return values
  }

  @Test func twentyStepsOfTwoGroupsEqualReference() {
    let (a, b) = (trained("a", 37), trained("b", 5))
    var references = [
      Reference(a.array, learningRate: 1e-2, decay: 0.1),
      Reference(b.array, learningRate: 3e-3, decay: 0),
    ]
    let optimizer = AdamW([
      ParameterGroup(
        parameters: [.init(name: "a", parameter: a)], learningRate: 1e-2, weightDecay: 0.1),
      ParameterGroup(parameters: [.init(name: "b", parameter: b)], learningRate: 3e-3),
    ])
    for step in 0..<20 {
      let factor = 1 - Double(step) / 40
      references[0].update(fill(a, step: step), factor: factor, scale: 0.5)
      references[1].update(fill(b, step: step), factor: factor, scale: 0.5)
      optimizer.step(factor: factor, gradientScale: 0.5)
    }
    #expect(optimizer.stepCount == 20)
    #expect(largestError(a.array, references[0].values) < 1e-6)
    #expect(largestError(b.array, references[1].values) < 1e-6)
  }

  @Test func zeroGradientsMoveNothingWithoutDecay() {
    let parameter = trained("a", 9)
    let before = parameter.array
    let optimizer = AdamW([
      ParameterGroup(parameters: [.init(name: "a", parameter: parameter)], learningRate: 1)
    ])
    optimizer.step(factor: 1)
    #expect(parameter.array == before)
  }

  @Test func restoredOptimizerContinuesByteForByte() throws {
    let parameter = trained("a", 19)
    func optimizer() -> AdamW {
      AdamW([
        ParameterGroup(
          parameters: [.init(name: "a", parameter: parameter)], learningRate: 1e-2,
          weightDecay: 0.01)
      ])
    }
    let first = optimizer()
    for step in 0..<5 {
      _ = fill(parameter, step: step)
      first.step(factor: 1)
    }
    let (state, values) = (first.state, parameter.array)
    _ = fill(parameter, step: 5)
    first.step(factor: 1)
    let expected = parameter.array
    parameter.assign(values)
    let second = optimizer()
    try second.restore(state)
    #expect(second.state == state)
    second.step(factor: 1)
    #expect(parameter.array == expected)
  }

  struct ErrorCase: Sendable, CustomTestStringConvertible {
    let id: String
    let moments: [(name: String, values: [Float])]
    let sentence: String
    var testDescription: String { id }
  }

  static let errorCases = [
    ErrorCase(
      id: "missing", moments: [("a.first-moment", [0, 0])],
      sentence: "optimizer state: 'a.second-moment' is missing."
        + " Was the checkpoint written for another configuration?"),
    ErrorCase(
      id: "wrong count", moments: [("a.first-moment", [0, 0]), ("a.second-moment", [0])],
      sentence: "optimizer state: 'a.second-moment' has 1 values, expected 2."
        + " Was the checkpoint written for another configuration?"),
    ErrorCase(
      id: "unknown",
      moments: [
        ("a.first-moment", [0, 0]), ("a.second-moment", [0, 0]), ("b.first-moment", [0]),
      ],
      sentence: "optimizer state: 'b.first-moment' belongs to no trained parameter."
        + " Was the checkpoint written for another configuration?"),
  ]

  @Test(arguments: errorCases)
  func foreignStatesAreRefused(_ sample: ErrorCase) {
    let optimizer = AdamW([
      ParameterGroup(parameters: [.init(name: "a", parameter: trained("a", 2))], learningRate: 1)
    ])
    let state = AdamW.State(stepCount: 1, moments: sample.moments)
    let error = #expect(throws: OptimizerStateError.self) { try optimizer.restore(state) }
    #expect(error?.description == sample.sentence)
  }
}
