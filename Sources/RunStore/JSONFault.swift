internal import Foundation

/// Where and why a JSON text is not what was expected, in a few words.
public struct JSONFault: CustomStringConvertible, Sendable {
  public let description: String

  /// Says a decoder's error with the path of the field.
  public init(_ error: DecodingError) {
    switch error {
    case .keyNotFound(let key, let context):
      description = "'\(Self.path(context.codingPath + [key]))' is missing"
    case .typeMismatch(let type, let context), .valueNotFound(let type, let context):
      description = "\(Self.place(context)) is not \(Self.word(for: type))"
    case .dataCorrupted(let context):
      description = "\(Self.place(context)) is not valid JSON of this kind"
    @unknown default: description = "not valid JSON of this kind"
    }
  }

  private static func place(_ context: DecodingError.Context) -> String {
    context.codingPath.isEmpty ? "the text" : "'\(path(context.codingPath))'"
  }

  private static func path(_ keys: [any CodingKey]) -> String {
    keys.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }.joined(separator: ".")
  }

  private static func word(for type: any Any.Type) -> String {
    switch type {
    case is any FixedWidthInteger.Type: "a whole number"
    case is any BinaryFloatingPoint.Type: "a number"
    case is String.Type: "a text"
    case is Bool.Type: "true or false"
    default: "of the expected kind"
    }
  }
}
