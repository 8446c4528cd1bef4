import Foundation

/// The `README.md` of an export: what it is, what it scored, and how to load it.
enum ModelCard {
  static func text(_ subject: ExportSubject, format: String, loading: String) -> String {
    let provenance = subject.provenance
    let score =
      provenance.score.map { String(format: "%.4f", $0) } ?? "not recorded"
    let labels =
      subject.labels.isEmpty ? "none (regression)" : subject.labels.joined(separator: ", ")
    return """
      # \(provenance.task): trial \(provenance.trial) of run \(provenance.run)

      Written by autopeft \(provenance.programVersion) in the format `\(format)`.

      | | |
      |---|---|
      | backbone | \(subject.baseModelName) |
      | task | \(provenance.task) |
      | labels | \(labels) |
      | validation \(provenance.metric) | \(score) |

      The score was measured on the validation examples that the search saw, so it is optimistic for a configuration that was chosen among many. `autopeft best \(provenance.run) --confirm 5 --seeds 5` trains anew with fresh seeds and opens the test file once.

      ## Loading

      \(loading)

      """
  }
}
