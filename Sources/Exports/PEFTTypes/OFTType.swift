import Checkpoints
import LinearAlgebra
import NeuralNets

/// `OFT`: W Rᵀ with R of diagonal blocks made from upper triangles.
///
/// `peft_version` is written as a text: the loader compares it. Reference: huggingface/peft
/// src/peft/tuners/oft/layer.py.
enum OFTType: PEFTAdapterType {
  static let name = "OFT"

  static func holds(_ form: CanonicalForm) -> Bool {
    if case .rotation = form { return true }
    return false
  }

  private static func rotation(_ module: PEFTModule) -> CanonicalForm.BlockRotation {
    guard case .rotation(let rotation) = module.form else {
      preconditionFailure("OFT holds rotations only")
    }
    return rotation
  }

  static func refusal(_ modules: [PEFTModule]) -> String? {
    let first = rotation(modules[0])
    let isShared = modules.allSatisfy {
      rotation($0).blockSize == first.blockSize && rotation($0).map == first.map
    }
    return isShared
      ? nil : "one OFT adapter has one block size and one map to rotations for all modules."
  }

  static func config(_ modules: [PEFTModule]) -> [String: ConfigValue] {
    let first = rotation(modules[0])
    return [
      "r": .integer(0), "oft_block_size": .integer(first.blockSize), "module_dropout": .number(0),
      "coft": .flag(false), "block_share": .flag(false), "bias": .text("none"),
      "use_cayley_neumann": .flag(first.map == .neumann), "num_cayley_neumann_terms": .integer(5),
      "fan_in_fan_out": .flag(false), "init_weights": .flag(true),
      "peft_version": .text("0.18.0"), "target_modules": .texts(modules.map(\.path)),
    ]
  }

  static func tensors(_ modules: [PEFTModule], wrapper: String) -> [NamedTensor] {
    modules.map { module in
      let rotation = rotation(module)
      let blocks = module.inputWidth / rotation.blockSize
      return module.tensor(
        "oft_R.weight", [blocks, rotation.triangles.count / blocks], rotation.triangles,
        wrapper: wrapper)
    }
  }

  static func adapted(_ map: inout AdaptedMap, _ file: PEFTFile) throws {
    let size = Int(try file.number("oft_block_size"))
    let triangles = try file.matrix(map.path, "oft_R.weight")
    let isSeries = file.config["use_cayley_neumann"] == .flag(true)
    let blocks = (0..<triangles.rows).map { block -> Matrix in
      var skew = Matrix(rows: size, columns: size)
      var numbers = triangles.row(block).makeIterator()
      for row in 0..<size {
        for column in row + 1..<max(size, row + 1) {
          let value = numbers.next() ?? 0
          skew[row, column] = value
          skew[column, row] = -value
        }
      }
      return isSeries ? skew.neumannRotation : skew.cayleyRotation
    }
    map.weight = map.weight.rotatingColumnBlocks(blocks)
  }
}
