public import Checkpoints
public import NeuralNets
internal import TensorCore

extension Bert {
  /// Reads a checkpoint; its weights stay in the mapped file where they are stored as F32.
  ///
  /// - Throws: `CheckpointError` for a missing, misshapen or unknown tensor; `BackboneError`.
  public convenience init(directory: BackboneDirectory, dropout: BackboneDropout = .off) throws {
    try self.init(
      BertConfiguration(directory.config), weights: directory.weights(), dropout: dropout)
  }

  /// Reads the parameters of a known architecture and requires that nothing else is left over.
  convenience init(
    _ configuration: BertConfiguration, weights: WeightReader, dropout: BackboneDropout
  ) throws {
    let isPrefixed = weights.contains(BertNames.prefix + BertNames.words)
    let scope = isPrefixed ? weights.scoped(String(BertNames.prefix.dropLast())) : weights
    let hasPooler = scope.contains(BertNames.pooler + ".weight")
    try self.init(configuration, hasPooler: hasPooler, dropout: dropout) { name, shape in
      let stored = BertNames.olderName(name).flatMap { scope.contains($0) ? $0 : nil } ?? name
      let tensor = try scope.tensor(stored, shape: shape.dimensions)
      guard let values = tensor.values.baseAddress else {
        return Parameter(path: name, shape: shape, values: [])
      }
      return Parameter(path: name, shape: shape, frozen: values, owner: tensor.owner)
    }
    scope.ignore(BertNames.positionNumbers)
    for name in weights.names where BertNames.headPrefixes.contains(where: name.hasPrefix) {
      weights.ignore(name)
    }
    try weights.checkAllUsed()
  }

  /// All parameters as tensors of a checkpoint, ready to be written.
  ///
  /// The values are not copied: write them while the backbone lives.
  /// - Parameter prefix: `BertNames.prefix` for a model with a task head, nothing for a bare one.
  public func checkpointTensors(prefix: String = "") -> [NamedTensor] {
    parameters.map { host in
      NamedTensor(
        name: prefix + checkpointName(of: host), shape: host.parameter.shape.dimensions,
        values: UnsafeBufferPointer(host.parameter.values))
    }
  }

  /// The name of a parameter in a checkpoint, without `bert.`.
  public func checkpointName(of host: HostParameter) -> String {
    host.parameter.path
  }

  /// The module of a linear map in a checkpoint, such as `encoder.layer.3.attention.self.query`;
  /// nil where the site is no linear map.
  public func moduleName(at site: InsertionSite) -> String? {
    linear(at: site) == nil ? nil : BertNames.linear(site.point, layer: site.layer)
  }
}
