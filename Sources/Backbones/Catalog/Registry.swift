public import Checkpoints
public import NeuralNets

/// The architectures that a checkpoint may have, by `model_type`.
public enum BackboneRegistry {
  private static let loaders:
    [String: @Sendable (BackboneDirectory, BackboneDropout) throws -> any Backbone] = [
      Bert.modelType: { try Bert(directory: $0, dropout: $1) }
    ]

  /// The `model_type`s that can be loaded, in alphabetical order.
  public static var modelTypes: [String] { loaders.keys.sorted() }

  /// Loads the backbone of a model's folder, every parameter frozen.
  ///
  /// - Parameter dropout: the rates while training; an evaluation has none, whatever they are.
  /// - Throws: `BackboneError.unknownModelType`, or what the architecture finds wrong.
  public static func load(
    _ directory: BackboneDirectory, dropout: BackboneDropout = .off
  ) throws -> any Backbone {
    guard let loader = loaders[directory.config.modelType] else {
      throw BackboneError.unknownModelType(directory.config.modelType, known: modelTypes)
    }
    return try loader(directory, dropout)
  }
}
