internal import StrictJSON

/// What is wrong inside a safetensors file.
public enum SafetensorsFault: Error, Hashable, Sendable, CustomStringConvertible {
  case tooShort(size: Int)
  case headerTooLong(length: UInt64, limit: Int)
  case headerPastEnd(length: UInt64, size: Int)
  /// The header is not JSON; the text says where and why.
  case headerNotJSON(String)
  case headerNotObject(got: String)
  case metadataNotObject(got: String)
  case metadataNotText(key: String, got: String)
  case entryNotObject(tensor: String, got: String)
  case missingField(tensor: String, field: String)
  case unknownField(tensor: String, field: String)
  case unknownType(tensor: String, got: String)
  case badShape(tensor: String, got: String)
  case badOffsets(tensor: String, got: String)
  case reversedOffsets(tensor: String, begin: Int, end: Int)
  case shapeTooLarge(tensor: String, shape: [Int])
  case wrongByteCount(tensor: String, type: String, shape: [Int], expected: Int, got: Int)
  case pastEnd(tensor: String, end: Int, available: Int)
  case overlap(tensor: String, begin: Int, previous: String, previousEnd: Int)
  case gap(tensor: String, begin: Int, expected: Int)
  case trailingBytes(count: Int, end: Int)

  public var description: String {
    switch self {
    case .tooShort(let size):
      return "the file has \(size) bytes, expected at least 8 for the length of the header. "
        + "Is the download complete?"
    case .headerTooLong(let length, let limit):
      return "the header claims \(length) bytes, the limit is \(limit). "
        + "Is this a safetensors file?"
    case .headerPastEnd(let length, let size):
      return "the header claims \(length) bytes, the file has \(size) after the first 8. "
        + "Is the download complete?"
    case .headerNotJSON(let reason):
      return "the header is not JSON: \(reason)"
    case .headerNotObject(let got):
      return "the header must be a JSON object, got \(got)."
    case .metadataNotObject(let got):
      return "'__metadata__' must be an object of texts, got \(got)."
    case .metadataNotText(let key, let got):
      return "'__metadata__' must be an object of texts, got \(got) for '\(key)'."
    default:
      return tensorSentence
    }
  }

  private var tensorSentence: String {
    switch self {
    case .entryNotObject(let tensor, let got):
      return "the entry of tensor '\(tensor)' must be an object, got \(got)."
    case .missingField(let tensor, let field):
      return "the entry of tensor '\(tensor)' has no '\(field)'."
    case .unknownField(let tensor, let field):
      return "the entry of tensor '\(tensor)' has an unknown field '\(field)', "
        + "expected dtype, shape and data_offsets."
    case .unknownType(let tensor, let got):
      return "the dtype of tensor '\(tensor)' is unknown: got \(got)."
    case .badShape(let tensor, let got):
      return "the shape of tensor '\(tensor)' must be a list of whole numbers from 0, got \(got)."
    case .badOffsets(let tensor, let got):
      return "the data_offsets of tensor '\(tensor)' must be two whole numbers from 0, got \(got)."
    case .reversedOffsets(let tensor, let begin, let end):
      return "the data_offsets of tensor '\(tensor)' end before they begin: [\(begin), \(end)]."
    case .shapeTooLarge(let tensor, let shape):
      return "the shape \(shape) of tensor '\(tensor)' has more bytes than can be counted."
    case .wrongByteCount(let tensor, let type, let shape, let expected, let got):
      return "tensor '\(tensor)' (\(type), shape \(shape)) needs \(expected) bytes, "
        + "its data_offsets give \(got)."
    default:
      return layoutSentence
    }
  }

  private var layoutSentence: String {
    switch self {
    case .pastEnd(let tensor, let end, let available):
      return "the data of tensor '\(tensor)' end at byte \(end), the file has \(available) bytes "
        + "of data. Is the download complete?"
    case .overlap(let tensor, let begin, let previous, let previousEnd):
      return "the data of tensor '\(tensor)' begin at byte \(begin), inside tensor '\(previous)', "
        + "which ends at byte \(previousEnd)."
    case .gap(let tensor, let begin, let expected):
      return "the data of tensor '\(tensor)' begin at byte \(begin), expected \(expected): "
        + "the bytes between belong to no tensor."
    case .trailingBytes(let count, let end):
      return "\(count) bytes after the last tensor, which ends at byte \(end) of the data, "
        + "belong to no tensor."
    default:
      return "damaged."
    }
  }
}
