import Checkpoints
import TensorCore

/// The tensors of a file that are still to be taken.
final class UntakenTensors {
  let path: String
  private var left: [String: MappedTensor] = [:]

  /// Opens a safetensors file, or a file of `torch.save`.
  ///
  /// - Parameter renaming: what a name in the file is called here.
  /// - Throws: `CheckpointError`, or `ExportError.damaged` where two tensors get one name.
  init(file path: String, renaming: (String) -> String = { $0 }) throws {
    self.path = path
    for tensor in try Self.tensors(of: path) {
      let name = renaming(tensor.name)
      guard left.updateValue(tensor, forKey: name) == nil else {
        throw ExportError.damaged(file: path, reason: "two tensors are called '\(name)'")
      }
    }
  }

  private static func tensors(of path: String) throws -> [MappedTensor] {
    guard path.hasSuffix(".safetensors") else { return try TorchArchiveReader.tensors(of: path) }
    let reader = try WeightReader(file: path)
    return try reader.names.map { try reader.tensor($0) }
  }

  /// The names that are left, sorted.
  var names: [String] { left.keys.sorted() }

  func contains(_ name: String) -> Bool { left[name] != nil }

  /// The shape of a tensor that is left; nil where there is none.
  func shape(_ name: String) -> [Int]? { left[name]?.shape }

  /// Takes a tensor of a known shape.
  func take(_ name: String, _ shape: [Int]) throws -> [Float] {
    guard let tensor = left.removeValue(forKey: name) else {
      throw ExportError.missingTensor(file: path, name: name)
    }
    guard tensor.shape == shape else {
      throw ExportError.wrongShape(
        file: path, name: name, expected: shape, got: tensor.shape)
    }
    return withExtendedLifetime(tensor.owner) { Array(tensor.values) }
  }

  /// Takes a tensor as a frozen parameter.
  func parameter(_ name: String, _ shape: [Int]) throws -> Parameter {
    Parameter(path: name, shape: Shape(shape), values: try take(name, shape))
  }

  /// Requires that nothing is left over.
  func checkAllTaken() throws {
    guard left.isEmpty else {
      throw ExportError.damaged(
        file: path,
        reason: "nothing takes the tensors " + left.keys.sorted().joined(separator: ", "))
    }
  }
}
