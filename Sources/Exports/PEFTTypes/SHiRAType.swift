import Checkpoints
import LinearAlgebra
import NeuralNets

/// `SHIRA`: W + the sum of single entries, r · (in + out) of them in each module.
///
/// r is the same for all modules: the least that holds the fullest of them. What is left over in the
/// others are zeros at entry (0, 0), as entries of one place add up. Indices are float32, which PEFT
/// writes on Windows and turns into whole numbers wherever it reads.
///
/// Reference: huggingface/peft src/peft/tuners/shira/{model,layer}.py.
enum SHiRAType: PEFTAdapterType {
  static let name = "SHIRA"

  static func holds(_ form: CanonicalForm) -> Bool {
    if case .sparse = form { return true }
    return false
  }

  private static func delta(_ module: PEFTModule) -> CanonicalForm.SparseDelta {
    guard case .sparse(let delta) = module.form else {
      preconditionFailure("SHIRA holds sparse updates only")
    }
    return delta
  }

  private static func rank(_ modules: [PEFTModule]) -> Int {
    modules.map { module in
      let widths = module.inputWidth + module.outputWidth
      return max(1, (delta(module).values.count + widths - 1) / widths)
    }.max() ?? 1
  }

  /// PEFT lets no module hold more entries than its weight has.
  static func refusal(_ modules: [PEFTModule]) -> String? {
    let rank = rank(modules)
    guard
      let small = modules.first(where: {
        rank * ($0.inputWidth + $0.outputWidth) > $0.inputWidth * $0.outputWidth
      })
    else { return nil }
    return
      "PEFT gives every module of a SHIRA adapter r · (in + out) entries, here with r = \(rank), "
      + "which is more than '\(small.path)' has weights."
  }

  static func config(_ modules: [PEFTModule]) -> [String: ConfigValue] {
    [
      "r": .integer(rank(modules)), "mask_type": .text("custom"), "init_weights": .flag(true),
      "fan_in_fan_out": .flag(false), "target_modules": .texts(modules.map(\.path)),
    ]
  }

  static func tensors(_ modules: [PEFTModule], wrapper: String) -> [NamedTensor] {
    let rank = rank(modules)
    return modules.flatMap { module in
      let delta = delta(module)
      let count = rank * (module.inputWidth + module.outputWidth)
      let rest = [Float](repeating: 0, count: count - delta.values.count)
      let indices = delta.rows.map(Float.init) + rest + delta.columns.map(Float.init) + rest
      return [
        module.tensor("shira_weight", [count], delta.values + rest, wrapper: wrapper),
        module.tensor("shira_indices", [2, count], indices, wrapper: wrapper),
      ]
    }
  }

  static func adapted(_ map: inout AdaptedMap, _ file: PEFTFile) throws {
    let values = try file.matrix(map.path, "shira_weight").values
    let indices = try file.matrix(map.path, "shira_indices")
    for (entry, value) in values.enumerated() {
      let (row, column) = (Int(indices[0, entry]), Int(indices[1, entry]))
      map.weight[row, column] += value
    }
  }
}
