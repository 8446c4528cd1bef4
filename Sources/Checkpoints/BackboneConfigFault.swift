/// What is wrong inside the `config.json` of a backbone.
public enum BackboneConfigFault: Error, Hashable, Sendable, CustomStringConvertible {
  case notJSON(String)
  case notObject(got: String)
  case missing(field: String)
  case wrongType(field: String, expected: String, got: String)
  case outOfRange(field: String, expected: String, got: String)
  case indivisible(width: Int, heads: Int)
  case unsupportedModel(String, supported: [String])
  case unsupportedValue(field: String, got: String, supported: [String])

  public var description: String {
    switch self {
    case .notJSON(let reason):
      return "not JSON: \(reason)"
    case .notObject(let got):
      return "expected an object, got \(got)."
    case .missing(let field):
      return "'\(field)' is missing. Is this the config.json of a Hugging Face model?"
    case .wrongType(let field, let expected, let got):
      return "'\(field)' must be \(expected), got \(got)."
    case .outOfRange(let field, let expected, let got):
      return "'\(field)' must be \(expected), got \(got)."
    case .indivisible(let width, let heads):
      return "'hidden_size' must be a multiple of 'num_attention_heads', got \(width) and \(heads)."
    case .unsupportedModel(let type, let supported):
      return "model_type '\(type)' is not supported. "
        + "Supported: \(supported.joined(separator: ", "))."
    case .unsupportedValue(let field, let got, let supported):
      return "'\(field)' \(got) is not supported. Supported: \(supported.joined(separator: ", "))."
    }
  }
}
