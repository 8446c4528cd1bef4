import NeuralNets
import TensorCore

/// Whole numbers in a tensor, which files and checkpoints hold as float32 (exact below 2²⁴).
final class Positions {
  let parameter: Parameter
  private var known: (revision: Int, numbers: [Int32])

  init(_ path: String, shape: Shape, numbers: [Int32]) {
    parameter = Parameter(path: path, shape: shape, values: numbers.map(Float.init))
    known = (parameter.revision, numbers)
  }

  /// The numbers as they are now, row-major.
  var numbers: [Int32] {
    if known.revision != parameter.revision {
      known = (parameter.revision, parameter.array.map(Int32.init))
    }
    return known.numbers
  }

  func assign(_ numbers: [Int32]) { parameter.assign(numbers.map(Float.init)) }
}
