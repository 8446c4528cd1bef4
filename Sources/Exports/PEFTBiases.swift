import Checkpoints
import NeuralNets
import PEFTMethods
import TensorCore

/// Biases that were tuned in place, as a LORA adapter with `bias: all` carries them.
///
/// PEFT saves every bias of the model with such an adapter and loads those that a file has. The bias
/// of an adapted module stands below `base_layer`. LORA needs a module to adapt: where none is, the
/// first map gets an update of rank 1 that is zero.
///
/// Reference: huggingface/peft src/peft/utils/save_and_load.py, `get_peft_model_state_dict`.
enum PEFTBiases {
  /// Whether a method has tuned nothing but biases in place.
  static func areAll(_ tensors: [AttachedTensor]) -> Bool {
    tensors.allSatisfy {
      ($0.kind == .rewritten || $0.kind == .stored) && $0.parameter.path.hasSuffix(".bias")
    }
  }

  /// The methods that have tuned nothing else.
  static func methods(_ attached: AttachedConfiguration) -> Set<String> {
    let byMethod = Dictionary(grouping: attached.tensors, by: \.method)
    return Set(byMethod.filter { areAll($0.value) }.keys)
  }

  /// The tuned biases of these methods.
  static func tensors(_ attached: AttachedConfiguration) -> [AttachedTensor] {
    let methods = methods(attached)
    return attached.tensors.filter { methods.contains($0.method) && $0.kind == .rewritten }
  }

  /// The tuned biases under their names in files.
  static func named(
    _ attached: AttachedConfiguration, modules: [PEFTModule], prefix: String
  ) -> [NamedTensor] {
    let adapted = Set(modules.map(\.path))
    return tensors(attached).map {
      NamedTensor(name($0.parameter.path, adapted: adapted, prefix: prefix), $0.parameter)
    }
  }

  /// The name in files of a bias: `prefix` is the encoder's inside of the task class.
  private static func name(_ path: String, adapted: Set<String>, prefix: String) -> String {
    let module = prefix + path.dropLast(".bias".count)
    return HuggingFacePEFT.wrapper + module
      + (adapted.contains(module) ? ".base_layer.bias" : ".bias")
  }

  /// Sets a plain backbone's biases to those that a file has.
  static func load(
    _ reader: WeightReader, into backbone: any Backbone, adapted: Set<String>, prefix: String
  ) throws {
    for entry in backbone.parameters
    where entry.parameter.path.hasSuffix(".bias") && !entry.parameter.path.hasPrefix("pooler.") {
      let name = name(entry.parameter.path, adapted: adapted, prefix: prefix)
      guard reader.contains(name) else { continue }
      entry.parameter.assign(
        try reader.parameter(name, shape: entry.parameter.shape).array)
    }
  }

  /// An update of rank 1 that is zero.
  static func idle(_ linear: Linear, path: String) -> PEFTModule {
    PEFTModule(
      path: path,
      form: .lowRank(
        CanonicalForm.LowRankPair(
          a: Array(repeating: 0, count: linear.inputWidth),
          b: Array(repeating: 0, count: linear.outputWidth), rank: 1,
          inputWidth: linear.inputWidth, outputWidth: linear.outputWidth, scale: 1)),
      inputWidth: linear.inputWidth, outputWidth: linear.outputWidth)
  }
}
