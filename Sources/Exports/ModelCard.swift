import Foundation
import PEFTMethods

/// The `README.md` of an export: what it is, what it scored, and how to load it.
enum ModelCard {
  static func text(_ subject: ExportSubject, format: String, loading: String) -> String {
    let provenance = subject.provenance
    let counts = subject.attached.actualCounts
    let methods = Set(subject.attached.tensors.map(\.method)).sorted()
    let labels =
      subject.labels.isEmpty ? "none (regression)" : subject.labels.joined(separator: ", ")
    return """
      # \(provenance.task): trial \(provenance.trial) of run \(provenance.run)

      Written by autopeft \(provenance.programVersion) in the format `\(format)`.

      | | |
      |---|---|
      | backbone | \(subject.baseModelName) |
      | methods | \(methods.isEmpty ? "none, the head alone" : methods.joined(separator: ", ")) |
      | parameters | \(counts.trained) trained, \(counts.deployed) deployed, head apart |
      | task | \(provenance.task) |
      | labels | \(labels) |
      | validation \(provenance.metric) | \(score(provenance)) |
      | the same on fresh seeds | \(fresh(provenance.freshScores)) |

      The score was measured on the validation examples that the search saw, so it is optimistic for a configuration that was chosen among many. `autopeft best \(provenance.run) --confirm 5 --seeds 5` trains anew with fresh seeds and opens the test file once.

      ## Loading

      \(loading)

      """
  }

  private static func score(_ provenance: ExportSubject.Provenance) -> String {
    guard let score = provenance.score else { return "not recorded" }
    guard let interval = provenance.interval else { return number(score) }
    return number(score) + " (95 % interval over the examples: \(number(interval.lowerBound)) to"
      + " \(number(interval.upperBound)))"
  }

  private static func fresh(_ scores: [Double]) -> String {
    guard !scores.isEmpty else { return "not trained" }
    let mean = scores.reduce(0, +) / Double(scores.count)
    return "mean \(number(mean)) of \(scores.count): "
      + scores.map(number).joined(separator: ", ")
  }

  private static func number(_ value: Double) -> String { String(format: "%.4f", value) }
}
