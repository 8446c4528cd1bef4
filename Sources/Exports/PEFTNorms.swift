import Checkpoints
import NeuralNets
import PEFTMethods
import TensorCore

/// `LN_TUNING`: layer norms that were tuned in place, scale and shift of each.
///
/// Reference: huggingface/peft src/peft/tuners/ln_tuning/{model,layer}.py.
enum PEFTNorms {
  static let name = "LN_TUNING"

  /// One norm of the backbone.
  struct Module {
    /// The path in the backbone's checkpoint.
    let path: String
    /// [D] each.
    let scale: Parameter
    let shift: Parameter
  }

  /// The tuned norms; nil where anything else is adapted or tuned, or nothing is.
  static func modules(
    _ attached: AttachedConfiguration, backbone: any Backbone
  ) -> [Module]? {
    let tuned = Set(attached.tensors.map { ObjectIdentifier($0.parameter) })
    let norms = all(backbone)
    let parts = Set(norms.flatMap { [ObjectIdentifier($0.scale), ObjectIdentifier($0.shift)] })
    guard attached.adapters.isEmpty, !tuned.isEmpty, tuned.isSubset(of: parts) else { return nil }
    return norms.filter {
      tuned.contains(ObjectIdentifier($0.scale)) || tuned.contains(ObjectIdentifier($0.shift))
    }
  }

  /// Every norm of a backbone.
  private static func all(_ backbone: any Backbone) -> [Module] {
    let shifts = backbone.parameters.filter { $0.role == .normShift }.map(\.parameter)
    return backbone.parameters.filter { $0.role == .normScale }.compactMap { scale in
      let path = String(scale.parameter.path.dropLast(".weight".count))
      return shifts.first { $0.path == "\(path).bias" }.map {
        Module(path: path, scale: scale.parameter, shift: $0)
      }
    }
  }

  static func config(_ modules: [Module], prefix: String) -> [String: ConfigValue] {
    [
      "peft_type": .text(name),
      "target_modules": .texts(modules.map { prefix + $0.path }),
    ]
  }

  static func tensors(_ modules: [Module], prefix: String) -> [NamedTensor] {
    modules.flatMap { module in
      [
        NamedTensor(file(module, prefix, "weight"), module.scale),
        NamedTensor(file(module, prefix, "bias"), module.shift),
      ]
    }
  }

  private static func file(_ module: Module, _ prefix: String, _ part: String) -> String {
    "\(HuggingFacePEFT.wrapper)\(prefix)\(module.path).ln_tuning_layers.\(part)"
  }

  /// Sets the norms of a plain backbone that a configuration names.
  static func load(
    _ reader: WeightReader, _ config: [String: ConfigValue], into backbone: any Backbone,
    prefix: String
  ) throws {
    let targets = Set(config["target_modules"]?.asTexts ?? [])
    for module in all(backbone) where targets.contains(prefix + module.path) {
      for (parameter, part) in [(module.scale, "weight"), (module.shift, "bias")] {
        let name = file(module, prefix, part)
        parameter.assign(try reader.parameter(name, shape: parameter.shape).array)
      }
    }
  }
}
