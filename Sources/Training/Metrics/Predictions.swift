/// What a model said of a list of examples beside what was right, in the order of the data.
///
/// `result.json` keeps it so that two trials can be compared example by example.
public enum Predictions: Hashable, Sendable {
  /// Class numbers 0 ..< classCount.
  case classes(predicted: [Int], expected: [Int], classCount: Int)
  /// Real values of a regression.
  case values(predicted: [Double], expected: [Double])

  /// How many examples there are.
  public var count: Int {
    switch self {
    case .classes(let predicted, _, _): predicted.count
    case .values(let predicted, _): predicted.count
    }
  }

  /// A score of each example for paired statistics, higher is better: 1 or 0 for a right or wrong
  /// class, minus the squared error for a regression.
  public var exampleScores: [Double] {
    switch self {
    case .classes(let predicted, let expected, _):
      zip(predicted, expected).map { $0 == $1 ? 1 : 0 }
    case .values(let predicted, let expected):
      zip(predicted, expected).map { -($0 - $1) * ($0 - $1) }
    }
  }
}

extension Predictions: Codable {
  private enum Key: String, CodingKey {
    case kind
    case classCount
    case predicted
    case expected
  }

  private enum Kind: String, Codable {
    case classes
    case values
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    switch try container.decode(Kind.self, forKey: .kind) {
    case .classes:
      self = .classes(
        predicted: try container.decode([Int].self, forKey: .predicted),
        expected: try container.decode([Int].self, forKey: .expected),
        classCount: try container.decode(Int.self, forKey: .classCount))
    case .values:
      self = .values(
        predicted: try container.decode([Double].self, forKey: .predicted),
        expected: try container.decode([Double].self, forKey: .expected))
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    switch self {
    case .classes(let predicted, let expected, let classCount):
      try container.encode(Kind.classes, forKey: .kind)
      try container.encode(classCount, forKey: .classCount)
      try container.encode(predicted, forKey: .predicted)
      try container.encode(expected, forKey: .expected)
    case .values(let predicted, let expected):
      try container.encode(Kind.values, forKey: .kind)
      try container.encode(predicted, forKey: .predicted)
      try container.encode(expected, forKey: .expected)
    }
  }
}
