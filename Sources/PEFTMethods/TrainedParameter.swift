import LinearAlgebra
import TensorCore

extension Parameter {
  /// A new tensor that trains from an initial draw.
  static func trained(
    _ path: String, shape: Shape, _ start: Initialisation, key: RandomKey
  ) -> Parameter {
    let parameter = Parameter(
      path: path, shape: shape, values: start.values(shape.count, key: key))
    parameter.makeTrainable()
    return parameter
  }
}

extension Tape {
  /// Dropout inside an adapter; nothing where the rate is 0 or the tape draws no noise.
  ///
  /// The mask is keyed by the step's noise key and the adapter's label, never by draw order.
  func adapterDropout(_ x: Tensor, rate: Float, label: String) -> Tensor {
    guard rate > 0, let noise else { return x }
    return dropout(x, rate: rate, key: noise.derived("adapter-dropout").derived(label))
  }
}
