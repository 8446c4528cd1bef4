import LinearAlgebra
import NeuralNets
import TensorCore

/// Normal numbers that depend on the name.
func normalNumbers(_ name: String, _ count: Int, deviation: Double = 1) -> [Float] {
  var random = CounterRandom(RandomKey(seed: 23).derived(name))
  return (0..<count).map { _ in Float(deviation * random.normal()) }
}

/// A parameter with normal values that depend on the path.
func normalParameter(_ path: String, _ shape: Shape, deviation: Double = 1) -> Parameter {
  Parameter(
    path: path, shape: shape,
    values: normalNumbers(path, shape.count, deviation: deviation))
}

/// A linear map with normal weights and biases.
func normalLinear(_ path: String, from input: Int, to output: Int) -> Linear {
  Linear(
    weight: normalParameter("\(path).weight", Shape(output, input)),
    bias: normalParameter("\(path).bias", Shape(output)))
}

/// Central differences of a loss by each element of a list, step 1e-6.
func numericGradient(_ values: [Float], _ loss: ([Double]) -> Double) -> [Double] {
  var point = values.map { Double($0) }
  return point.indices.map { index in
    let value = point[index]
    defer { point[index] = value }
    point[index] = value + 1e-6
    let above = loss(point)
    point[index] = value - 1e-6
    return (above - loss(point)) / 2e-6
  }
}

/// The largest |a − b|, infinite where the counts differ.
func largestError(_ a: [Float], _ b: [Double]) -> Double {
  guard a.count == b.count else { return .infinity }
  return zip(a, b).reduce(0) { max($0, abs(Double($1.0) - $1.1)) }
}
