import Checkpoints
import LinearAlgebra
import NeuralNets

/// `VERA`: W + (λ_b ⊙ B)(λ_d ⊙ A), the frozen pair saved with the adapter.
///
/// Reference: huggingface/peft src/peft/tuners/vera/{layer,model}.py.
enum VeRAType: PEFTAdapterType {
  static let name = "VERA"

  static func holds(_ form: CanonicalForm) -> Bool {
    if case .scaledBasis = form { return true }
    return false
  }

  private static func basis(_ module: PEFTModule) -> CanonicalForm.ScaledBasis {
    guard case .scaledBasis(let basis) = module.form else {
      preconditionFailure("VERA holds scales of a basis only")
    }
    return basis
  }

  static func refusal(_ modules: [PEFTModule]) -> String? {
    let first = basis(modules[0])
    let isShared = modules.allSatisfy { basis($0).a == first.a && basis($0).b == first.b }
    return isShared ? nil : "one VERA adapter has one rank and one frozen pair for all modules."
  }

  static func config(_ modules: [PEFTModule]) -> [String: ConfigValue] {
    [
      "r": .integer(basis(modules[0]).rank), "projection_prng_key": .integer(0),
      "save_projection": .flag(true), "vera_dropout": .number(0), "d_initial": .number(0.1),
      "target_modules": .texts(modules.map(\.path)),
    ]
  }

  static func tensors(_ modules: [PEFTModule], wrapper: String) -> [NamedTensor] {
    let shared = basis(modules[0])
    var tensors = [
      NamedTensor(
        name: "base_model.vera_A", shape: [shared.rank, shared.widestInput], values: shared.a),
      NamedTensor(
        name: "base_model.vera_B", shape: [shared.widestOutput, shared.rank], values: shared.b),
    ]
    for module in modules {
      let own = basis(module)
      tensors.append(
        module.tensor("vera_lambda_b", [module.outputWidth], own.outer, wrapper: wrapper))
      tensors.append(module.tensor("vera_lambda_d", [shared.rank], own.inner, wrapper: wrapper))
    }
    return tensors
  }

  static func adapted(_ map: inout AdaptedMap, _ file: PEFTFile) throws {
    let a = try file.matrix("base_model.vera_A").columns(map.weight.columns)
    let b = try file.matrix("base_model.vera_B").rows(map.weight.rows)
    let inner = try file.matrix(map.path, "vera_lambda_d").values
    let outer = try file.matrix(map.path, "vera_lambda_b").values
    map.weight.add(Matrix.product(b.scalingRows(outer), a.scalingRows(inner)), scale: 1)
  }
}
