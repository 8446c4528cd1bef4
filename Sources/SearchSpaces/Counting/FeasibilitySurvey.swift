/// How many of some random points are candidates, and why the others are none.
public struct FeasibilitySurvey: Hashable, Sendable {
  /// One kind of reason.
  public struct Reason: Hashable, Sendable {
    /// Such as `over a limit`.
    public let reason: String
    public let count: Int
    /// The sentence of the first such point.
    public let example: String
  }

  public let draws: Int
  public let feasible: Int
  /// The most frequent first, ties in alphabetical order.
  public let reasons: [Reason]

  public var json: JSONText {
    .object([
      ("draws", .integer(draws)), ("feasible", .integer(feasible)),
      (
        "reasons",
        .array(
          reasons.map { reason in
            .object([
              ("reason", .string(reason.reason)), ("count", .integer(reason.count)),
              ("example", .string(reason.example)),
            ])
          })
      ),
    ])
  }
}

extension SearchSpace {
  /// Draws points uniformly over the decisions and counts the candidates among them.
  ///
  /// A share of 0 after a thousand draws means that random search will find next to nothing: the
  /// limits are too tight, or constraints exclude each other.
  public func feasibility(
    draws: Int, using generator: inout some RandomNumberGenerator
  ) -> FeasibilitySurvey {
    var feasible = 0
    var counts: [String: (count: Int, example: String)] = [:]
    for _ in 0..<draws {
      do throws(Infeasibility) {
        _ = try candidate(at: sample(using: &generator))
        feasible += 1
      } catch {
        counts[error.kind, default: (0, error.description)].count += 1
      }
    }
    let reasons = counts.map { kind, value in
      FeasibilitySurvey.Reason(reason: kind, count: value.count, example: value.example)
    }
    return FeasibilitySurvey(
      draws: draws, feasible: feasible,
      reasons: reasons.sorted { ($1.count, $0.reason) < ($0.count, $1.reason) })
  }
}

extension Infeasibility {
  /// The kind of reason in a few words.
  var kind: String {
    switch self {
    case .unknownPath, .missing, .outside: "outside the space"
    case .nothingTuned: "nothing is tuned"
    case .methodCount: "too few or too many methods"
    case .tunedCount: "too few or too many groups"
    case .overBudget: "over a limit"
    case .doesNotFit: "does not fit into the budget"
    case .conflict: "two methods rewrite one weight"
    case .noRoomForText: "no room is left to the text"
    case .refused: "a method cannot be used on the backbone"
    case .forbidden: "forbidden"
    case .required: "a requirement is not met"
    }
  }
}
