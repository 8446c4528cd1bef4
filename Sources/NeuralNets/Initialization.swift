public import LinearAlgebra
public import TensorCore

/// How the values of a new parameter are drawn; a pure function of (scheme, shape, key).
public enum Initialization: Sendable, Hashable {
  case zeros
  case constant(Float)
  /// N(0, σ²).
  case normal(standardDeviation: Double)
  /// Uniform in [−bound, bound).
  case uniform(bound: Double)
  /// Uniform with bound √(6 / ((1 + a²) · fan-in)), fan-in the columns of the shape; a is the
  /// negative slope. a = √5 is `torch.nn.Linear`'s default for weights, bound 1/√fan-in.
  case kaimingUniform(negativeSlope: Double)
  /// Uniform with bound √(6 / (fan-in + fan-out)).
  case xavierUniform

  /// The values for a tensor of a shape, row-major.
  public func values(_ shape: Shape, key: RandomKey) -> [Float] {
    var random = CounterRandom(key)
    switch self {
    case .zeros:
      return [Float](repeating: 0, count: shape.count)
    case .constant(let value):
      return [Float](repeating: value, count: shape.count)
    case .normal(let deviation):
      return (0..<shape.count).map { _ in Float(deviation * random.normal()) }
    case .uniform(let bound):
      return (0..<shape.count).map { _ in Float(random.uniform(-bound, bound)) }
    case .kaimingUniform(let slope):
      let bound = (6 / ((1 + slope * slope) * Double(shape.columns))).squareRoot()
      return Self.uniform(bound: bound).values(shape, key: key)
    case .xavierUniform:
      let bound = (6 / Double(shape.columns + shape.rows)).squareRoot()
      return Self.uniform(bound: bound).values(shape, key: key)
    }
  }
}

extension Linear {
  /// A new map with weights from N(0, 0.02²) (BERT's `initializer_range`) and biases 0.
  static func initialized(path: String, from input: Int, to output: Int, key: RandomKey) -> Linear {
    let shape = Shape(output, input)
    let weights = Initialization.normal(standardDeviation: 0.02).values(shape, key: key)
    return Linear(
      weight: Parameter(path: "\(path).weight", shape: shape, values: weights),
      bias: Parameter(
        path: "\(path).bias", shape: Shape(output),
        values: [Float](repeating: 0, count: output)))
  }

  /// Weight and bias as `name.weight` and `name.bias`.
  func namedParameters(_ name: String) -> [NamedParameter] {
    let weights = [NamedParameter(name: "\(name).weight", parameter: weight)]
    return weights + (bias.map { [NamedParameter(name: "\(name).bias", parameter: $0)] } ?? [])
  }
}
