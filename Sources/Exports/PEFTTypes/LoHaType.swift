import Checkpoints
import LinearAlgebra
import NeuralNets

/// `LOHA`: W + (alpha / r) · (w1_a w1_b) ⊙ (w2_a w2_b).
///
/// Reference: huggingface/peft src/peft/tuners/loha/layer.py.
enum LoHaType: PEFTAdapterType {
  static let name = "LOHA"

  static func holds(_ form: CanonicalForm) -> Bool {
    if case .hadamard = form { return true }
    return false
  }

  private typealias Parts = (
    first: CanonicalForm.LowRankPair, second: CanonicalForm.LowRankPair, scale: Float
  )

  private static func parts(_ module: PEFTModule) -> Parts {
    guard case .hadamard(let first, let second, let scale) = module.form else {
      preconditionFailure("LOHA holds products of two pairs only")
    }
    return (first, second, scale)
  }

  static func config(_ modules: [PEFTModule]) -> [String: ConfigValue] {
    let patterns = RankPatterns(
      modules.map { module in
        let parts = parts(module)
        let rank = parts.first.rank
        return (path: module.path, rank: rank, alpha: Double(parts.scale) * Double(rank))
      })
    var fields = patterns.fields(alpha: "alpha")
    fields["rank_dropout"] = .number(0)
    fields["module_dropout"] = .number(0)
    fields["init_weights"] = .flag(true)
    fields["target_modules"] = .texts(modules.map(\.path))
    return fields
  }

  static func tensors(_ modules: [PEFTModule], wrapper: String) -> [NamedTensor] {
    var tensors: [NamedTensor] = []
    for module in modules {
      let parts = parts(module)
      tensors += module.tensors("hada_w1", of: parts.first, wrapper: wrapper)
      tensors += module.tensors("hada_w2", of: parts.second, wrapper: wrapper)
    }
    return tensors
  }

  static func adapted(_ map: inout AdaptedMap, _ file: PEFTFile) throws {
    let rank = try file.number("r", pattern: "rank_pattern", path: map.path)
    let alpha = try file.number("alpha", pattern: "alpha_pattern", path: map.path)
    func product(_ name: String) throws -> Matrix {
      Matrix.product(
        try file.matrix(map.path, "\(name)_a"), try file.matrix(map.path, "\(name)_b"))
    }
    var delta = try product("hada_w1")
    let other = try product("hada_w2")
    for index in delta.values.indices { delta.values[index] *= other.values[index] }
    map.weight.add(delta, scale: alpha / rank)
  }
}
