public import TensorCore

extension WeightReader {
  /// A frozen parameter with the values of a tensor; its path is the name relative to this reader.
  ///
  /// F32 values stay in the mapped file.
  public func parameter(_ name: String, shape: Shape) throws(CheckpointError) -> Parameter {
    let tensor = try tensor(name, shape: shape.dimensions)
    guard let start = tensor.values.baseAddress else {
      return Parameter(path: name, shape: shape, values: [])
    }
    return Parameter(path: name, shape: shape, frozen: start, owner: tensor.owner)
  }
}
