import Checkpoints
public import NeuralNets
import PEFTMethods

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
  /// The package that loads the format, `autopeft` for this program itself.
  static var library: String { get }

  init()

  /// Why the format cannot hold the subject; nil where it can, exactly.
  func refusal(of subject: ExportSubject) -> String?

  /// What the format makes of a subject that it holds in another form than its methods have: the
  /// logits are the same, the tensors are not. nil where the methods themselves are written; asked
  /// only where nothing is refused.
  func conversion(of subject: ExportSubject) throws -> String?

  /// Writes the files into a folder that exists and is empty; complete files only.
  func write(_ subject: ExportSubject, to directory: String) throws

  /// Reads a written folder back by the consumer's own rules.
  ///
  /// - Parameter subject: only its source and the shapes of its head are used, never its tensors.
  func reload(_ directory: String, like subject: ExportSubject) throws -> ReloadedModel
}

extension Exporter {
  public func conversion(of subject: ExportSubject) throws -> String? { nil }
}

extension ExportSubject {
  /// Says that tensors hold another number of values than what the methods have trained, in its
  /// deployed form; nil where they agree.
  func conversion(to form: String, _ tensors: [NamedTensor]) -> String? {
    let untrained = Set(attached.tensors.filter { $0.kind == .stored }.map(\.name))
    let own = attached.state(.deployed).filter { !untrained.contains($0.name) }
      .reduce(0) { $0 + $1.values.count }
    let written = tensors.reduce(0) { $0 + $1.shape.reduce(1, *) }
    return written == own
      ? nil : "\(form) holds in \(written) numbers what the methods hold in \(own)."
  }
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
