import Checkpoints
import TensorCore

/// The tensors of a file that are still to be taken.
final class AdapterHubTensors {
  private let path: String
  private var left: [String: MappedTensor]

  init(file path: String) throws {
    self.path = path
    left = Dictionary(
      try TorchArchiveReader.tensors(of: path).map { ($0.name, $0) },
      uniquingKeysWith: { first, _ in first })
  }

  func contains(_ name: String) -> Bool { left[name] != nil }

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
