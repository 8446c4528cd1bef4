import NeuralNets
import TensorCore

/// The tensors of a prefix of AdapterHub, flat or behind its MLP.
///
/// Flat: [P · 2L' · D]. Behind an MLP: E [P, D], then W₀ [b, D], c₀ [b] and W₂ [2L'D, b], c₂ [2L'D],
/// folded as σ(E W₀ᵀ + c₀) W₂ᵀ + c₂, [P, 2L'D], which is the same layout.
///
/// Reference: adapter-hub/adapters src/adapters/methods/prefix_tuning.py, `PrefixTuning`.
struct PrefixFile {
  /// The module that all layers share.
  let module: String
  /// The same module below every layer's attention, where files name it once more.
  let pools: [String]
  let tensors: UntakenTensors

  func flat(count: Int) throws -> [Float] {
    try take("control_trans", [count])
  }

  func folded(
    _ configuration: AdapterHubConfiguration, length: Int, width: Int, layers: Int
  ) throws -> [Float] {
    let inner = try configuration.integer("bottleneck_size")
    guard (1...65_536).contains(inner) else {
      throw configuration.fault("bottleneck_size", expected: "a whole number from 1 to 65536")
    }
    let outer = 2 * layers * width
    let activation = try BottleneckFields.activation(configuration)
    func parameter(_ name: String, _ shape: [Int]) throws -> Parameter {
      Parameter(path: name, shape: Shape(shape), values: try take(name, shape))
    }
    let embedding = try parameter("wte.weight", [length, width])
    let first = try parameter("control_trans.0.weight", [inner, width])
    let firstBias = try parameter("control_trans.0.bias", [inner])
    let second = try parameter("control_trans.2.weight", [outer, inner])
    let secondBias = try parameter("control_trans.2.bias", [outer])
    return Tape.evaluate { tape in
      let hidden = tape.linear(
        tape.parameter(embedding), weight: tape.parameter(first), bias: tape.parameter(firstBias))
      return tape.linear(
        activation(hidden, tape: tape), weight: tape.parameter(second),
        bias: tape.parameter(secondBias)
      ).array
    }
  }

  /// Takes a tensor and all further names of it, which must hold the same values.
  private func take(_ name: String, _ shape: [Int]) throws -> [Float] {
    let values = try tensors.take("\(module).\(name)", shape)
    for pool in pools where tensors.contains("\(pool).\(name)") {
      guard try tensors.take("\(pool).\(name)", shape) == values else {
        throw ExportError.damaged(
          file: tensors.path, reason: "'\(pool).\(name)' is another prefix than that of the model")
      }
    }
    return values
  }
}
