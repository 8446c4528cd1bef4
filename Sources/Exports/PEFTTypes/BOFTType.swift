import Checkpoints
import LinearAlgebra
import NeuralNets

/// `BOFT` with one factor: s ⊙ (W Rᵀ), each block from the skew part of a whole matrix.
///
/// Without CUDA the loader makes one factor whatever the configuration says, so more are refused.
/// Reference: huggingface/peft src/peft/tuners/boft/layer.py.
enum BOFTType: PEFTAdapterType {
  static let name = "BOFT"

  static func holds(_ form: CanonicalForm) -> Bool {
    if case .butterfly = form { return true }
    return false
  }

  private static func rotation(_ module: PEFTModule) -> CanonicalForm.ButterflyRotation {
    guard case .butterfly(let rotation) = module.form else {
      preconditionFailure("BOFT holds butterfly rotations only")
    }
    return rotation
  }

  static func refusal(_ modules: [PEFTModule]) -> String? {
    let first = rotation(modules[0])
    if modules.contains(where: { rotation($0).factors > 1 }) {
      return "PEFT computes one butterfly factor without CUDA, and these have more."
    }
    let isShared = modules.allSatisfy { rotation($0).blockSize == first.blockSize }
    return isShared ? nil : "one BOFT adapter has one block size for all modules."
  }

  static func config(_ modules: [PEFTModule]) -> [String: ConfigValue] {
    [
      "boft_block_size": .integer(rotation(modules[0]).blockSize), "boft_block_num": .integer(0),
      "boft_n_butterfly_factor": .integer(1), "boft_dropout": .number(0), "bias": .text("none"),
      "fan_in_fan_out": .flag(false), "init_weights": .flag(true),
      "target_modules": .texts(modules.map(\.path)),
    ]
  }

  static func tensors(_ modules: [PEFTModule], wrapper: String) -> [NamedTensor] {
    modules.flatMap { module -> [NamedTensor] in
      let rotation = rotation(module)
      let size = rotation.blockSize
      return [
        module.tensor(
          "boft_R", [1, module.inputWidth / size, size, size], rotation.blocks, wrapper: wrapper),
        module.tensor("boft_s", [module.outputWidth, 1], rotation.outputScale, wrapper: wrapper),
      ]
    }
  }

  static func adapted(_ map: inout AdaptedMap, _ file: PEFTFile) throws {
    let size = Int(try file.number("boft_block_size"))
    let numbers = try file.matrix(map.path, "boft_R").values
    let blocks = stride(from: 0, to: numbers.count, by: size * size).map { start -> Matrix in
      let whole = Matrix(
        rows: size, columns: size, values: Array(numbers[start..<start + size * size]))
      var skew = whole
      skew.add(whole.transposed, scale: -1)
      for index in skew.values.indices { skew.values[index] /= 2 }
      return skew.cayleyRotation
    }
    let scale = try file.matrix(map.path, "boft_s").values
    map.weight = map.weight.rotatingColumnBlocks(blocks).scalingRows(scale)
  }
}
