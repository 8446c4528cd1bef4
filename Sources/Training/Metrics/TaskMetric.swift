/// The score of a task: one metric, or the plain mean of several.
///
/// score = (m₁ + … + m_k) / k, written `accuracy` or `mean(accuracy, f1)` in task files.
public struct TaskMetric: Sendable {
  /// The metrics whose mean is the score, in the order of the text.
  public let members: [any Metric.Type]

  /// A score from metrics that read the same kind of predictions.
  public init(_ members: [any Metric.Type]) {
    self.members = members
  }

  /// Reads a metric's name or `mean(name, name, …)`.
  ///
  /// - Throws: `MetricNameError` with the name that is not known.
  public init(_ text: String) throws(MetricNameError) {
    var list = text.filter { !$0.isWhitespace }
    if list.hasPrefix("mean("), list.hasSuffix(")") {
      list = String(list.dropFirst(5).dropLast())
    }
    var members: [any Metric.Type] = []
    for name in list.split(separator: ",", omittingEmptySubsequences: false).map(String.init) {
      guard let metric = MetricRegistry.named(name) else { throw MetricNameError(name: name) }
      members.append(metric)
    }
    if members.count > 1, !text.filter({ !$0.isWhitespace }).hasPrefix("mean(") {
      throw MetricNameError(name: text)
    }
    self.members = members
  }

  /// The text that reads as this metric.
  public var name: String {
    let names = members.map { $0.name }
    return names.count == 1 ? names[0] : "mean(\(names.joined(separator: ", ")))"
  }

  /// The mean of the members.
  public func value(_ predictions: Predictions) -> Double {
    members.reduce(0) { $0 + $1.value(predictions) } / Double(max(members.count, 1))
  }

  /// Each member by name.
  public func values(_ predictions: Predictions) -> [String: Double] {
    Dictionary(
      uniqueKeysWithValues: Set(members.map { $0.name }).compactMap { name in
        MetricRegistry.named(name).map { (name, $0.value(predictions)) }
      })
  }

  /// The first member that cannot read such predictions; nil where all can.
  public func unsuited(classCount: Int?) -> (any Metric.Type)? {
    members.first { metric in
      switch metric.domain {
      case .classes: classCount == nil
      case .twoClasses: classCount != 2
      case .values: classCount != nil
      }
    }
  }
}

/// A metric name that is not known, with those that are.
public struct MetricNameError: Error, Equatable {
  public let name: String
}
