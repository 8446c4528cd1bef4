/// One text or pair of texts with what a model should answer.
public struct Example: Hashable, Sendable {
  /// What is right for an example.
  public enum Target: Hashable, Sendable {
    /// The number of a label, an index into the task's labels.
    case category(Int)
    /// A regression's value, in the precision in which it is trained.
    case value(Float)
  }

  public var text: String
  /// The second text of a pair task.
  public var pair: String?
  /// nil where labels were not asked for.
  public var target: Target?

  public init(text: String, pair: String? = nil, target: Target? = nil) {
    self.text = text
    self.pair = pair
    self.target = target
  }
}

/// What a task asks for.
public enum TaskKind: String, Codable, Hashable, Sendable, CaseIterable {
  case classification
  case pairClassification = "pair-classification"
  case regression
  case pairRegression = "pair-regression"

  public var isPair: Bool { self == .pairClassification || self == .pairRegression }
  public var isRegression: Bool { self == .regression || self == .pairRegression }
}

/// The parts of a task's data.
public enum DataSplit: String, Codable, Hashable, Sendable, CaseIterable {
  case training
  case validation
  case test
}
