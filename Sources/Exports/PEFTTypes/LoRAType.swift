import Checkpoints
import LinearAlgebra
import NeuralNets

/// `LORA`: W + (alpha / r) · B A, with `use_dora` (m / ‖V‖) ⊙ V.
///
/// Modules without a rank that is left are not named. Reference: huggingface/peft
/// src/peft/tuners/lora/{layer,dora}.py.
enum LoRAType: PEFTAdapterType {
  static let name = "LORA"

  static func holds(_ form: CanonicalForm) -> Bool {
    switch form {
    case .lowRank, .magnitude: true
    default: false
    }
  }

  static func refusal(_ modules: [PEFTModule]) -> String? {
    let magnitudes = modules.filter { magnitude($0) != nil }.count
    guard magnitudes == 0 || magnitudes == modules.count else {
      return "one PEFT adapter has a magnitude (DoRA) in all its modules or in none."
    }
    return modules.allSatisfy { pair($0).rank == 0 } ? "no rank is left in any module." : nil
  }

  private static func pair(_ module: PEFTModule) -> CanonicalForm.LowRankPair {
    switch module.form {
    case .lowRank(let pair), .magnitude(_, let pair): pair
    default: preconditionFailure("LORA holds low-rank pairs only")
    }
  }

  private static func magnitude(_ module: PEFTModule) -> [Float]? {
    guard case .magnitude(let values, _) = module.form else { return nil }
    return values
  }

  static func config(_ modules: [PEFTModule]) -> [String: ConfigValue] {
    let named = modules.filter { pair($0).rank > 0 }
    let patterns = RankPatterns(
      named.map {
        (path: $0.path, rank: pair($0).rank, alpha: Double(pair($0).scale) * Double(pair($0).rank))
      })
    var fields = patterns.fields(alpha: "lora_alpha")
    fields["lora_dropout"] = .number(0)
    fields["init_lora_weights"] = .flag(true)
    if modules.contains(where: { magnitude($0) != nil }) { fields["use_dora"] = .flag(true) }
    fields["target_modules"] = .texts(named.map(\.path))
    return fields
  }

  static func tensors(_ modules: [PEFTModule], wrapper: String) -> [NamedTensor] {
    modules.filter { pair($0).rank > 0 }.flatMap { module -> [NamedTensor] in
      let pair = pair(module)
      let factors = [
        module.tensor("lora_A.weight", [pair.rank, pair.inputWidth], pair.a, wrapper: wrapper),
        module.tensor("lora_B.weight", [pair.outputWidth, pair.rank], pair.b, wrapper: wrapper),
      ]
      guard let magnitude = magnitude(module) else { return factors }
      return factors + [
        module.tensor("lora_magnitude_vector", [magnitude.count], magnitude, wrapper: wrapper)
      ]
    }
  }

  static func adapted(_ map: inout AdaptedMap, _ file: PEFTFile) throws {
    let rank = try file.number("r", pattern: "rank_pattern", path: map.path)
    let alpha = try file.number("lora_alpha", pattern: "alpha_pattern", path: map.path)
    let a = try file.matrix(map.path, "lora_A.weight")
    guard a.rows == Int(rank) else {
      throw ExportError.wrongShape(
        file: file.reader.path, name: "\(map.path).lora_A.weight",
        expected: [Int(rank), map.weight.columns], got: [a.rows, a.columns])
    }
    map.weight.add(
      Matrix.product(try file.matrix(map.path, "lora_B.weight"), a), scale: alpha / rank)
    guard file.config["use_dora"] == .flag(true) else { return }
    let magnitude = try file.matrix(map.path, "lora_magnitude_vector").values
    let direction = map.weight
    let norms = (0..<direction.rows).map { (row: Int) -> Double in
      direction.row(row).reduce(0.0) { $0 + $1 * $1 }.squareRoot()
    }
    map.weight = direction.scalingRows(zip(magnitude, norms).map { $0 / $1 })
  }
}
