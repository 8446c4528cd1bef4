import NeuralNets
import TensorCore

/// The two forms in which the tensors of a configuration are written.
public enum StateForm: Sendable {
  /// Exactly what trains (and what is stored beside it): for a checkpoint within training.
  case training
  /// What is left afterwards: an MLP before a prefix is folded away. Loads into a host that has
  /// `PEFTModelBuilder.deployed(configuration)` attached.
  case deployed
}

extension AttachedConfiguration {
  /// The tensors as a file holds them, named as in `tensors`.
  public func state(_ form: StateForm) -> [AdapterTensor] {
    switch form {
    case .training:
      return tensors.map(AdapterTensor.init)
    case .deployed:
      let kept = tensors.filter { $0.kind != .reparametrisation && $0.kind != .dropped }
        .map(AdapterTensor.init)
      let folded = Set(tensors.filter { $0.kind == .reparametrisation }.map(\.name))
      guard !folded.isEmpty else { return kept }
      let adapters = adapters.compactMap { $0.adapter as? any FoldedAdapter }
        .filter { $0.parameters.contains { folded.contains($0.path) } }
      return kept + adapters.flatMap { $0.foldedTensors() }
    }
  }

  /// Sets every tensor from a file's; names and shapes must be exactly those of `tensors`.
  ///
  /// Nothing is changed when an error is thrown.
  public func load(_ state: [AdapterTensor]) throws(MethodError) {
    var byName: [String: AdapterTensor] = [:]
    for tensor in state {
      guard byName.updateValue(tensor, forKey: tensor.name) == nil else {
        throw .repeatedTensor(name: tensor.name)
      }
    }
    let missing = tensors.map(\.name).filter { byName[$0] == nil }
    guard missing.isEmpty else { throw .missingTensors(names: missing) }
    let own = Set(tensors.map(\.name))
    let unknown = state.map(\.name).filter { !own.contains($0) }
    guard unknown.isEmpty else { throw .unknownTensors(names: unknown) }
    for tensor in tensors {
      guard let source = byName[tensor.name] else { continue }
      let expected = tensor.parameter.shape.dimensions
      guard source.shape == expected else {
        throw .wrongShape(tensor: tensor.name, expected: expected, got: source.shape)
      }
      guard source.values.count == tensor.parameter.shape.count else {
        throw .wrongValueCount(
          tensor: tensor.name, expected: tensor.parameter.shape.count, got: source.values.count)
      }
    }
    for tensor in tensors {
      if let source = byName[tensor.name] { tensor.parameter.assign(source.values) }
    }
  }
}

extension AdapterTensor {
  init(_ tensor: AttachedTensor) {
    self.init(
      name: tensor.name, shape: tensor.parameter.shape.dimensions,
      values: tensor.parameter.array, holdsPositions: tensor.kind == .positions)
  }
}
