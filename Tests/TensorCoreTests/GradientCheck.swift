import LinearAlgebra
import TensorCore
import Testing

/// An input of an op under test.
struct Leaf {
  let name: String
  let shape: Shape
  let values: [Float]

  /// A leaf of normal numbers that depend on its name, so that leaves differ.
  static func normal(_ name: String, _ shape: Shape, deviation: Double = 1) -> Leaf {
    var random = CounterRandom(RandomKey(seed: 17).derived(name))
    return Leaf(
      name: name, shape: shape,
      values: (0..<shape.count).map { _ in Float(deviation * random.normal()) })
  }

  /// A leaf with all magnitudes in [0.3, 1.3], away from the kink of functions such as ReLU.
  static func awayFromZero(_ name: String, _ shape: Shape) -> Leaf {
    var random = CounterRandom(RandomKey(seed: 18).derived(name))
    return Leaf(
      name: name, shape: shape,
      values: (0..<shape.count).map { _ in
        Float((random.uniform() < 0.5 ? -1 : 1) * random.uniform(0.3, 1.3))
      })
  }
}

/// An op beside its scalar Double reference.
///
/// The checked loss is L = Σ w ⊙ y with fixed random weights w. Gradients of the reference come
/// from central differences with step 1e-6, whose own error is near 1e-9 for values near 1.
struct GradientCheck {
  let leaves: [Leaf]
  /// The op of the tape on tensors in the order of the leaves.
  let operation: (Tape, [Tensor]) -> Tensor
  /// The same in Double on row-major arrays.
  let reference: ([[Double]]) -> [Double]
  /// Largest error of a value, absolute, for values near 1.
  var valueTolerance = 1e-5
  /// Largest error of a gradient, relative to its largest element, or to a hundredth of the largest
  /// element of all gradients where that is more (the gradient of a key bias is 0).
  var gradientTolerance = 1e-4

  /// All laws of an op: value, gradients, accumulation, frozen parents, no record without need.
  func run(sourceLocation: SourceLocation = #_sourceLocation) {
    BLAS.setThreadCount(1)
    let expected = reference(leaves.map { $0.values.map(Double.init) })
    let weights = Leaf.normal("weights of the loss", Shape(expected.count)).values
    checkValues(expected, sourceLocation)
    let numeric = numericGradients(weights)
    let all = Set(leaves.indices)
    check(gradients(weights, trained: all, mode: .direct), numeric, 1, all, sourceLocation)
    check(gradients(weights, trained: all, mode: .twice), numeric, 2, all, sourceLocation)
    for frozen in leaves.indices {
      let trained = all.subtracting([frozen])
      let direct = gradients(weights, trained: trained, mode: .direct)
      check(direct, numeric, 1, trained, sourceLocation)
      let twice = gradients(weights, trained: trained, mode: .twice)
      check(twice, numeric, 2, trained, sourceLocation)
    }
  }

  private func checkValues(_ expected: [Double], _ location: SourceLocation) {
    for isRecording in [false, true] {
      let tape = Tape(recording: isRecording)
      let result = operation(tape, leaves.map { tape.constant($0.values, shape: $0.shape) })
      #expect(!result.requiresGradient, sourceLocation: location)
      #expect(result.count == expected.count, sourceLocation: location)
      let error = largestError(result.array, expected)
      #expect(error <= valueTolerance, "value differs by \(error)", sourceLocation: location)
    }
  }

  private func check(
    _ gradients: [[Float]], _ numeric: [[Double]], _ factor: Double, _ trained: Set<Int>,
    _ location: SourceLocation
  ) {
    let largest = numeric.joined().reduce(0) { max($0, abs($1)) }
    for (index, leaf) in leaves.enumerated() {
      guard trained.contains(index) else {
        #expect(gradients[index].isEmpty, "frozen \(leaf.name)", sourceLocation: location)
        continue
      }
      let expected = numeric[index].map { factor * $0 }
      let size = max(expected.reduce(0) { max($0, abs($1)) }, 0.01 * factor * largest, 1e-6)
      let error = largestError(gradients[index], expected) / size
      #expect(
        error <= gradientTolerance,
        "gradient of \(leaf.name) differs by \(error) of \(size); trained \(trained.sorted())",
        sourceLocation: location)
    }
  }

  private enum Mode {
    /// Leaves are parameters, whose gradients are added to.
    case direct
    /// Leaves pass through another op first, so that their gradients are made new, and the op is
    /// used twice, so that the second use adds to the first.
    case twice
  }

  private func gradients(_ weights: [Float], trained: Set<Int>, mode: Mode) -> [[Float]] {
    let parameters = leaves.enumerated().map { index, leaf in
      let parameter = Parameter(path: leaf.name, shape: leaf.shape, values: leaf.values)
      if trained.contains(index) { parameter.makeTrainable() }
      return parameter
    }
    let tape = Tape(recording: true)
    let results: [Tensor]
    switch mode {
    case .direct:
      results = [operation(tape, parameters.map { tape.parameter($0) })]
    case .twice:
      let inputs = parameters.map { tape.scaled(tape.parameter($0), by: 1) }
      results = [operation(tape, inputs), operation(tape, inputs)]
    }
    #expect(results[0].requiresGradient == !trained.isEmpty)
    let sum = results.dropFirst().reduce(results[0]) { tape.add($0, $1) }
    let flat = tape.reshape(sum, Shape(1, weights.count))
    let column = tape.constant(weights, shape: Shape(weights.count, 1))
    tape.backward(from: tape.matmul(flat, column))
    return parameters.map { $0.gradientArray }
  }

  private func numericGradients(_ weights: [Float]) -> [[Double]] {
    var inputs = leaves.map { $0.values.map(Double.init) }
    func loss() -> Double { zip(reference(inputs), weights).reduce(0) { $0 + $1.0 * Double($1.1) } }
    let step = 1e-6
    return leaves.indices.map { leaf in
      inputs[leaf].indices.map { element in
        let value = inputs[leaf][element]
        defer { inputs[leaf][element] = value }
        inputs[leaf][element] = value + step
        let above = loss()
        inputs[leaf][element] = value - step
        return (above - loss()) / (2 * step)
      }
    }
  }
}

/// The largest |a − b|; infinite where either is not finite or the counts differ.
func largestError(_ a: [Float], _ b: [Double]) -> Double {
  guard a.count == b.count else { return .infinity }
  return zip(a, b).reduce(0) { largest, pair in
    let difference = abs(Double(pair.0) - pair.1)
    return difference.isFinite ? max(largest, difference) : .infinity
  }
}
