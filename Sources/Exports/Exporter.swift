public import NeuralNets

/// Writes a trained configuration in the format of a library that people use.
///
/// A format holds a subject exactly or refuses it with the reason; it never drops a part in
/// silence. Laws: what was written reads back to the same logits, and a refusal names what cannot
/// be held.
public protocol Exporter: Sendable {
  /// The name for `--format`.
  static var name: String { get }
  /// One sentence for listings.
  static var summary: String { get }

  init()

  /// Why the format cannot hold the subject; nil where it can, exactly.
  func refusal(of subject: ExportSubject) -> String?

  /// Writes the files into a folder that exists and is empty; complete files only.
  func write(_ subject: ExportSubject, to directory: String) throws

  /// Reads a written folder back by the consumer's own rules.
  ///
  /// - Parameter subject: only its source and the shapes of its head are used, never its tensors.
  func reload(_ directory: String, like subject: ExportSubject) throws -> ReloadedModel
}

/// A backbone and a head as an export gives them back.
public struct ReloadedModel {
  public let backbone: any Backbone
  public let head: any PredictionHead

  public init(backbone: any Backbone, head: any PredictionHead) {
    self.backbone = backbone
    self.head = head
  }
}
