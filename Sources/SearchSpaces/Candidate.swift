/// A point of the space with what it stands for.
public struct Candidate: Hashable, Sendable {
  /// The canonical point: only active decisions, "size 0" and "left out" are one.
  public let point: SearchPoint
  /// The canonical configuration.
  public let configuration: PEFTConfiguration
  /// The exact costs.
  public let costs: TrialCosts
  /// The share of the budget that is spent, 0 to 1; nil where the file sets no parameter budget.
  ///
  /// A group that only holds methods of fixed size cannot spend its share.
  public let budgetUse: Double?

  public init(
    point: SearchPoint, configuration: PEFTConfiguration, costs: TrialCosts,
    budgetUse: Double? = nil
  ) {
    self.point = point
    self.configuration = configuration
    self.costs = costs
    self.budgetUse = budgetUse
  }
}

/// Why a point of the space is no candidate.
public enum Infeasibility: Error, Hashable, Sendable {
  /// The point names a decision that the space does not have.
  case unknownPath(String)
  /// An active decision has no value in the point.
  case missing(String)
  /// A value lies outside its domain.
  case outside(path: String, value: String)
  /// No layer and no model-wide method is trained: this is the reference "head only".
  case nothingTuned
  /// Methods of size 0 are not there, and what is left breaks the bounds of the methods' subset.
  case methodCount(group: Int, allowed: ClosedRange<Int>, got: Int)
  /// Groups without methods are not tuned, and what is left breaks the bounds of `tuned`.
  case tunedCount(allowed: ClosedRange<Int>, got: Int)
  /// A hard limit is exceeded.
  case overBudget(cost: String, value: Int, limit: Int)
  /// The methods of a layer do not fit into the layer's share even at size 1.
  case doesNotFit(layer: Int, methods: [String], smallest: Int, share: Int)
  /// Two methods rewrite the same weight.
  case conflict(group: Int?, methods: [String], weight: String)
  /// What stands in front of each text leaves it too few positions.
  case noRoomForText(taken: Int, positions: Int)
  /// A method cannot be used on this backbone as it is set.
  case refused(method: String, reason: String)
  /// A clause of `forbid` matches.
  case forbidden(clause: Int, text: String)
  /// A clause of `require` is broken.
  case required(clause: Int, text: String)
}

extension Infeasibility: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unknownPath(let path): "the space has no decision '\(path)'"
    case .missing(let path): "the point has no value for '\(path)'"
    case .outside(let path, let value): "'\(path)' cannot be \(value)"
    case .nothingTuned: "no method is chosen: this is the reference 'head only'"
    case .methodCount(let group, let allowed, let got):
      "\(group == 0 ? "the model" : "group \(group)") holds \(got) methods, "
        + "expected \(Self.text(allowed))"
    case .tunedCount(let allowed, let got):
      "\(got) groups are tuned, expected \(Self.text(allowed))"
    case .overBudget(let cost, let value, let limit):
      "\(cost) is \(value), above the limit of \(limit)"
    case .doesNotFit(let layer, let methods, let smallest, let share):
      "layer \(layer) cannot hold \(methods.joined(separator: ", ")): size 1 needs \(smallest) "
        + "parameters, its share is \(share)"
    case .conflict(let group, let methods, let weight):
      "\(methods.joined(separator: " and ")) both rewrite '\(weight)' in "
        + (group.map { "group \($0)" } ?? "the model")
    case .noRoomForText(let taken, let positions):
      "the methods take \(taken) of \(positions) positions, and a text needs "
        + "\(BackboneShape.shortestText) at least"
    case .refused(let method, let reason): "method '\(method)' \(reason)"
    case .forbidden(let clause, let text): "forbid[\(clause)] matches: \(text)"
    case .required(let clause, let text): "require[\(clause)] is not met: \(text)"
    }
  }

  private static func text(_ range: ClosedRange<Int>) -> String {
    range.lowerBound == range.upperBound
      ? "\(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)"
  }
}
