/// Why a backbone cannot be built or cannot take a batch.
public enum BackboneError: Error, Hashable, Sendable, CustomStringConvertible {
  case unknownModelType(String, known: [String])
  case unsupportedActivation(String, known: [String])
  case tooLong(length: Int, positions: Int, sequence: Int)
  case tokenOutOfRange(token: Int, vocabulary: Int, sequence: Int)
  case typeOutOfRange(type: Int, types: Int, sequence: Int)

  public var description: String {
    switch self {
    case .unknownModelType(let name, let known):
      return "config.json: model_type '\(name)' is not supported. "
        + "Supported: \(known.sorted().joined(separator: ", "))."
    case .unsupportedActivation(let name, let known):
      return "config.json: hidden_act '\(name)' is not supported. "
        + "Supported: \(known.sorted().joined(separator: ", "))."
    case .tooLong(let length, let positions, let sequence):
      return "sequence \(sequence) has \(length) tokens, but the backbone has only \(positions) "
        + "positions for a text. Truncate the text to \(positions) tokens."
    case .tokenOutOfRange(let token, let vocabulary, let sequence):
      return "sequence \(sequence) holds token \(token), but the backbone knows tokens 0 to "
        + "\(vocabulary - 1). Does the tokenizer belong to this checkpoint?"
    case .typeOutOfRange(let type, let types, let sequence):
      return "sequence \(sequence) holds token type \(type), but the backbone knows types 0 to "
        + "\(types - 1). Does the tokenizer belong to this checkpoint?"
    }
  }
}
