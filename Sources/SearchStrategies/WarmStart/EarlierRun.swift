public import SearchSpaces

/// What another run has found out, as far as it can be said in this space.
public struct EarlierRun: Codable, Hashable, Sendable {
  /// A point of this space with the score that it had there.
  public struct Observation: Codable, Hashable, Sendable {
    /// The number of its trial in that run; nil where an older program has frozen it.
    public var trial: Int?
    public var point: SearchPoint
    public var score: Double

    public init(trial: Int?, point: SearchPoint, score: Double) {
      self.trial = trial
      self.point = point
      self.score = score
    }
  }

  /// The run's name.
  public var name: String
  /// In the order of that run's trials.
  public var observations: [Observation]
  /// Finished trials whose configurations do not exist in this space.
  public var dropped: Int
  /// Why the first of them does not.
  public var firstRefusal: String?

  /// Takes the finished trials of a run that exist in a space.
  ///
  /// Decisions are matched by their paths, values by their domains; a configuration that breaks a
  /// limit or a constraint of the space does not exist in it. Trials without a point (references) are
  /// in no space and are left out, as are failed ones and those of a lower rung.
  public init(name: String, trials: [Trial], space: SearchSpace) {
    self.name = name
    observations = []
    dropped = 0
    for trial in trials where trial.state == .complete {
      guard let point = trial.point, let score = trial.finalScore else { continue }
      do throws(Infeasibility) {
        let candidate = try space.candidate(at: point)
        observations.append(
          Observation(trial: trial.number, point: candidate.point, score: score))
      } catch {
        dropped += 1
        firstRefusal = firstRefusal ?? error.description
      }
    }
  }
}

/// How far an earlier run agrees with the trials of this one, and what it counts for that reason.
public struct EarlierAgreement: Sendable, Equatable {
  public let run: String
  public let taken: Int
  public let dropped: Int
  /// Own finished trials that the earlier run's prediction was compared with.
  public let compared: Int
  /// Spearman's correlation of prediction and own scores; nil where it is not defined.
  public let rankCorrelation: Double?
  /// ρ of `RelatedTask`; 0 where the earlier run is left aside.
  public let weight: Double
}

/// A strategy that can learn from earlier runs.
public protocol WarmStartable: SearchStrategy {
  /// Whether it has nothing to propose without an earlier run; false unless the strategy says so.
  static var needsEarlierRun: Bool { get }

  /// The same strategy with what earlier runs have found out.
  func warmed(by runs: [EarlierRun]) -> Self

  /// How far each of them agrees with a history.
  func agreements(history: [Trial]) throws(StrategyError) -> [EarlierAgreement]
}

extension WarmStartable {
  public static var needsEarlierRun: Bool { false }
}
