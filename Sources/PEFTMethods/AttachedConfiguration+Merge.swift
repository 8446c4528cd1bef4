import LinearAlgebra
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
  /// Low-rank updates are added to their maps, W + s · B A; tensors that were tuned in place are
  /// as they are. The host itself is not changed.
  public func mergedTensors() throws(MethodError) -> [MergedTensor] {
    guard isMergeable else { throw .notMergeable(methods: unmergeableMethods) }
    var updates: [ObjectIdentifier: [LowRankUpdate]] = [:]
    for placed in adapters {
      guard case .lowRank(let a, let b, let scale) = placed.adapter.canonicalForm,
        let linear = host.linear(at: placed.site)
      else { continue }
      updates[ObjectIdentifier(linear.weight), default: []].append(
        LowRankUpdate(a: a, b: b, scale: scale))
    }
    let rewritten = Set(
      tensors.filter { $0.kind == .rewritten }.map { ObjectIdentifier($0.parameter) })
    var merged: [MergedTensor] = []
    for layer in [nil] + (0..<host.layerCount).map(Optional.some) {
      for own in host.parameters(layer: layer) {
        let identity = ObjectIdentifier(own.parameter)
        guard updates[identity] != nil || rewritten.contains(identity) else { continue }
        var values = own.parameter.array
        for update in updates[identity] ?? [] { update.add(to: &values) }
        merged.append(MergedTensor(layer: layer, host: own, values: values))
      }
    }
    return merged
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

/// s · B A, to be added to a frozen matrix.
private struct LowRankUpdate {
  let a: Parameter
  let b: Parameter
  let scale: Float

  /// W ← W + s · B A, W: [out, in].
  func add(to weight: inout [Float]) {
    let rank = a.shape[0]
    let inputs = a.shape[1]
    let outputs = b.shape[0]
    weight.withUnsafeMutableBufferPointer { target in
      guard let c = target.baseAddress, let left = b.values.baseAddress,
        let right = a.values.baseAddress
      else { return }
      BLAS.multiply(
        left, .none, stride: rank, right, .none, stride: inputs, into: c, stride: inputs,
        rows: outputs, columns: inputs, inner: rank, alpha: scale, beta: 1)
    }
  }
}
