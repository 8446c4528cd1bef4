public import NeuralNets
import SearchSpaces
import TensorCore

/// One of the backbone's own tensors with everything that was trained folded into it.
public struct MergedTensor {
  /// The layer it belongs to; nil outside all layers.
  public let layer: Int?
  /// The backbone's own parameter, whose path is the name in its checkpoint; unchanged.
  public let host: HostParameter
  /// The folded values, in the parameter's shape.
  public let values: [Float]
}

extension AttachedConfiguration {
  /// Whether everything attached can be folded into the backbone's weights.
  public var isMergeable: Bool { unmergeableMethods.isEmpty }

  private var unmergeableMethods: [String] {
    let names = Set(tensors.map(\.method))
    return MethodRegistry.schemas.filter { names.contains($0.name) && !$0.isMergeable }
      .map(\.name)
  }

  /// The backbone's tensors that differ from the pretrained ones, in checkpoint order.
  ///
  /// Linear adapters are folded into their maps; tensors that were tuned in place are as they are.
  /// The host itself is not changed.
  public func mergedTensors() throws(MethodError) -> [MergedTensor] {
    guard isMergeable else { throw .notMergeable(methods: unmergeableMethods) }
    let folded = foldedMaps()
    let rewritten = Set(
      tensors.filter { $0.kind == .rewritten }.map { ObjectIdentifier($0.parameter) })
    var merged: [MergedTensor] = []
    for layer in [nil] + (0..<host.layerCount).map(Optional.some) {
      for own in host.parameters(layer: layer) {
        let identity = ObjectIdentifier(own.parameter)
        guard folded[identity] != nil || rewritten.contains(identity) else { continue }
        merged.append(
          MergedTensor(layer: layer, host: own, values: folded[identity] ?? own.parameter.array))
      }
    }
    return merged
  }

  /// The weights and biases of all adapted maps with their adapters folded in; a bias that no
  /// adapter changes is not among them.
  private func foldedMaps() -> [ObjectIdentifier: [Float]] {
    var order: [Linear] = []
    var maps: [ObjectIdentifier: FoldedMap] = [:]
    for placed in adapters {
      guard let adapter = placed.adapter as? any FoldableAdapter,
        let linear = host.linear(at: placed.site)
      else { continue }
      let identity = ObjectIdentifier(linear.weight)
      if maps[identity] == nil { order.append(linear) }
      adapter.fold(into: &maps[identity, default: FoldedMap(linear)])
    }
    var values: [ObjectIdentifier: [Float]] = [:]
    for linear in order {
      let identity = ObjectIdentifier(linear.weight)
      values[identity] = maps[identity]?.weight
      if let bias = linear.bias, maps[identity]?.bias != bias.array {
        values[ObjectIdentifier(bias)] = maps[identity]?.bias
      }
    }
    return values
  }

  /// Writes the merged tensors into another, equally shaped backbone without adapters.
  public func merge(into target: any AdapterHost) throws(MethodError) {
    for tensor in try mergedTensors() {
      let own = try target.parameter(tensor.host.name, layer: tensor.layer, for: "merge")
      let expected = tensor.host.parameter.shape.dimensions
      guard own.parameter.shape.dimensions == expected else {
        throw .mergeTargetDiffers(
          tensor: tensorName(layer: tensor.layer, tensor.host.name), expected: expected,
          got: own.parameter.shape.dimensions)
      }
      own.parameter.assign(tensor.values)
    }
  }
}
