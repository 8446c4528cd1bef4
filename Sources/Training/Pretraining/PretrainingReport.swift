internal import Foundation

/// Where a pretraining stands.
public struct PretrainingProgress: Sendable, CustomStringConvertible {
  public let step: Int
  public let steps: Int
  /// Tokens and documents seen so far.
  public let tokens: Int
  public let documents: Int
  /// The gradient's norm at the last step, before clipping.
  public let gradientNorm: Double
  public let measurement: PretrainingMeasurement

  public var description: String {
    let million = String(format: "%.2f", Double(tokens) / 1e6)
    return "step \(step) of \(steps), \(million) M tokens: \(measurement)"
  }
}

/// What a finished pretraining reached.
public struct PretrainingReport: Sendable, CustomStringConvertible {
  /// Connector accuracy of one pattern of pairs.
  public struct Connector: Sendable {
    public let kind: EmbeddedDocument.PairKind
    public let accuracy: Double
  }

  /// With the weights as trained.
  public let trained: PretrainingMeasurement
  /// With the weights as written, rounded to half precision.
  public let rounded: PretrainingMeasurement
  /// By pattern, with the weights as written and nothing but the connector hidden.
  public let connectors: [Connector]
  /// The size of the weight file.
  public let weightBytes: Int

  /// What the committed backbone must reach and this one does not, one sentence each.
  ///
  /// The limits are those that the first pretraining with this recipe reached, with a margin.
  public var shortfalls: [String] {
    let quantifier = connectors.first { $0.kind == .quantifier }?.accuracy ?? 0
    let change = abs(rounded.wordAccuracy - trained.wordAccuracy)
    let checks: [(name: String, value: Double, isReached: Bool, limit: String)] = [
      ("word loss", rounded.wordLoss, rounded.wordLoss <= 1.25, "at most 1.25"),
      (
        "word accuracy", rounded.wordAccuracy, rounded.wordAccuracy >= 0.6, "at least 0.60"
      ),
      (
        "connector accuracy", rounded.connectorAccuracy, rounded.connectorAccuracy >= 0.6,
        "at least 0.60"
      ),
      ("connector accuracy on quantifiers", quantifier, quantifier >= 0.95, "at least 0.95"),
      ("change of word accuracy by rounding", change, change < 0.005, "below 0.005"),
      (
        "weight file in bytes", Double(weightBytes), weightBytes <= 1_350_000,
        "at most 1,350,000"
      ),
    ]
    return checks.filter { !$0.isReached }.map {
      "\($0.name) is \(String(format: "%.4g", $0.value)), expected \($0.limit)."
    }
  }

  public var description: String {
    let patterns = connectors.map { "\($0.kind) \(String(format: "%.3f", $0.accuracy))" }
    return """
      as trained: \(trained)
      as written: \(rounded)
      connectors by pattern: \(patterns.joined(separator: ", "))
      weight file: \(weightBytes) bytes
      """
  }
}
