import Exports
import Foundation
import NeuralNets
import Reports

/// What every format says of a trial, as `autopeft export --list` prints it.
enum ExportListing {
  /// How many validation examples a conversion is compared on.
  static let exampleCount = 64

  /// One row a format.
  ///
  /// A conversion is written to a temporary folder and read back as its consumer does, and
  /// `largest_difference` is that of the logits; where the methods themselves are written nothing is
  /// measured (see `--check`).
  static func table(_ subject: ExportSubject, batches: [PackedBatch]) throws -> Table {
    var table = Table(columns: ["format", "library", "holds", "largest_difference", "note"])
    for offer in try Export.overview(of: subject) {
      let (word, note): (String, String) =
        switch offer.holding {
        case .exact: ("exactly", offer.summary)
        case .converted(let text): ("converted", text)
        case .refused(let reason): ("refused", reason)
        }
      var difference: Float?
      if case .converted = offer.holding {
        difference = try measured(subject, format: offer.name, batches: batches)
      }
      table.append([
        .text(offer.name), .text(offer.library), .text(word),
        difference.map { .text(String(format: "%.1e", $0)) } ?? .missing, .text(note),
      ])
    }
    return table
  }

  private static func measured(
    _ subject: ExportSubject, format: String, batches: [PackedBatch]
  ) throws -> Float {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "autopeft-export-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    try Export.write(subject, format: format, to: folder.path)
    return try Export.check(subject, format: format, directory: folder.path, batches: batches)
  }
}
