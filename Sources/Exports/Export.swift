import Foundation
public import NeuralNets

/// Writes one subject in one format, whole or not at all.
public enum Export {
  /// What a format says of a subject.
  public struct Offer: Sendable {
    public enum Holding: Hashable, Sendable {
      /// The methods themselves are written.
      case exact
      /// Other tensors with the same logits are; the text says which.
      case converted(String)
      case refused(String)
    }
    /// The name for `--format`.
    public let name: String
    /// One sentence on the format.
    public let summary: String
    /// The package that loads it.
    public let library: String
    public let holding: Holding

    /// Why the format cannot hold the subject; nil where it can.
    public var refusal: String? {
      guard case .refused(let reason) = holding else { return nil }
      return reason
    }
  }

  /// What every format says of a subject, in the order of the registry.
  ///
  /// - Throws: `ExportError.unknownArchitecture`.
  public static func overview(of subject: ExportSubject) throws -> [Offer] {
    try ExporterRegistry.all.map { type in
      let exporter = type.init()
      let holding: Offer.Holding =
        try exporter.refusal(of: subject).map { .refused($0) }
        ?? exporter.conversion(of: subject).map { .converted($0) } ?? .exact
      return Offer(
        name: type.name, summary: type.summary, library: type.library, holding: holding)
    }
  }

  /// Writes the export into a new folder.
  ///
  /// Everything is written beside the target first and renamed at the end, so that the target
  /// appears complete or not at all.
  /// - Throws: `ExportError.refused`, `.outputExists`, or what writing a file throws.
  public static func write(
    _ subject: ExportSubject, format name: String, to directory: String
  ) throws {
    let exporter = try ExporterRegistry.exporter(named: name)
    if let reason = exporter.refusal(of: subject) {
      let others = try overview(of: subject).filter { $0.refusal == nil }.map(\.name)
      throw ExportError.refused(format: name, reason: reason, others: others)
    }
    let target = URL(filePath: directory).standardizedFileURL
    let manager = FileManager.default
    let existing = try? manager.contentsOfDirectory(atPath: target.path)
    if manager.fileExists(atPath: target.path), existing?.isEmpty != true {
      throw ExportError.outputExists(directory)
    }
    let parent = target.deletingLastPathComponent()
    let partial = parent.appending(path: ".\(target.lastPathComponent).partial")
    do {
      try manager.createDirectory(at: parent, withIntermediateDirectories: true)
      if manager.fileExists(atPath: partial.path) { try manager.removeItem(at: partial) }
      try manager.createDirectory(at: partial, withIntermediateDirectories: false)
    } catch {
      throw ExportError.cannotCreate(directory, reason: error.localizedDescription)
    }
    defer { try? manager.removeItem(at: partial) }
    try exporter.write(subject, to: partial.path)
    if existing != nil { try manager.removeItem(at: target) }
    try manager.moveItem(at: partial, to: target)
  }

  /// Reads an export back by its consumer's rules and compares it with the subject.
  ///
  /// - Returns: the largest absolute difference of logits over all batches.
  public static func check(
    _ subject: ExportSubject, format name: String, directory: String, batches: [PackedBatch]
  ) throws -> Float {
    let exporter = try ExporterRegistry.exporter(named: name)
    let reloaded = try exporter.reload(directory, like: subject)
    return subject.largestLogitDifference(to: reloaded, on: batches)
  }
}
