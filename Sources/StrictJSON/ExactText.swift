/// A text that equals another only where their UTF-8 bytes are equal.
///
/// Swift's `String` holds "é" and "e" with a combining accent for equal; names in file formats
/// and entries of a vocabulary differ there.
public struct ExactText: Hashable, Sendable, Comparable {
  public let text: String

  public init(_ text: String) {
    self.text = text
  }

  public static func == (left: ExactText, right: ExactText) -> Bool {
    left.text.utf8.elementsEqual(right.text.utf8)
  }

  public static func < (left: ExactText, right: ExactText) -> Bool {
    left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
  }

  public func hash(into hasher: inout Hasher) {
    var copy = text
    copy.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
  }
}
