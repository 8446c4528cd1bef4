public import TensorCore

/// A parameter under a name that is unique in the whole model, such as
/// `layer.3.query.lora.a` or `head.output.weight`.
public struct NamedParameter {
  public let name: String
  public let parameter: Parameter

  public init(name: String, parameter: Parameter) {
    self.name = name
    self.parameter = parameter
  }
}
