import Checkpoints
import LinearAlgebra
import NeuralNets

/// `IA3`: rows of W and of b times l, or columns of W for `feedforward_modules`.
///
/// Reference: huggingface/peft src/peft/tuners/ia3/layer.py.
enum IA3Type: PEFTAdapterType {
  static let name = "IA3"

  static func holds(_ form: CanonicalForm) -> Bool {
    switch form {
    case .outputScale, .inputScale: true
    default: false
    }
  }

  private static func rescalesInput(_ module: PEFTModule) -> Bool {
    if case .inputScale = module.form { return true }
    return false
  }

  static func config(_ modules: [PEFTModule]) -> [String: ConfigValue] {
    [
      "target_modules": .texts(modules.map(\.path)),
      "feedforward_modules": .texts(modules.filter(rescalesInput).map(\.path)),
      "fan_in_fan_out": .flag(false), "init_ia3_weights": .flag(true),
    ]
  }

  static func tensors(_ modules: [PEFTModule], wrapper: String) -> [NamedTensor] {
    modules.compactMap { module in
      switch module.form {
      case .outputScale(let factors):
        module.tensor("ia3_l", [factors.count, 1], factors, wrapper: wrapper)
      case .inputScale(let factors):
        module.tensor("ia3_l", [1, factors.count], factors, wrapper: wrapper)
      default: nil
      }
    }
  }

  static func adapted(_ map: inout AdaptedMap, _ file: PEFTFile) throws {
    let factors = try file.matrix(map.path, "ia3_l").values
    if file.config["feedforward_modules"]?.asTexts.contains(map.path) == true {
      map.weight = map.weight.transposed.scalingRows(factors).transposed
    } else {
      map.weight = map.weight.scalingRows(factors)
      map.bias = map.bias.map { zip($0, factors).map { $0 * $1 } }
    }
  }
}
