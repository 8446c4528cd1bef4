public import Foundation
public import SearchSpaces

/// A trial as the database has it: what strategies see, and what makes it one of a run.
public struct TrialRecord: Codable, Hashable, Sendable {
  public var trial: Trial
  /// 0 for the search, 1, 2, … for retrainings with fresh noise.
  public var replicate: Int
  /// The training's identity (`Trial.trainingIdentity`); with the replicate, no two trials share it.
  public var identity: String
  /// The highest trial whose result the proposal has seen; 0 for none.
  public var seenThrough: Int
  /// What training gave, score apart; nil before the trial is recorded.
  public var summary: TrialSummary?

  public init(
    trial: Trial, replicate: Int = 0, identity: String, seenThrough: Int = 0,
    summary: TrialSummary? = nil
  ) {
    self.trial = trial
    self.replicate = replicate
    self.identity = identity
    self.seenThrough = seenThrough
    self.summary = summary
  }

  public var number: Int { trial.number }
  public var state: TrialState { trial.state }
  public var isRecorded: Bool { state == .complete || state == .failed }
}

/// The part of a trial's result that the database keeps: a function of the job alone.
public struct TrialSummary: Codable, Hashable, Sendable {
  /// Every metric of the task by name, at the best epoch.
  public var metrics: [String: Double]
  public var bestEpoch: Int?
  /// Optimizer steps that were taken.
  public var steps: Int
  /// SHA-256 of `adapter.safetensors`; nil where training left none.
  public var adapterHash: String?

  public init(
    metrics: [String: Double] = [:], bestEpoch: Int? = nil, steps: Int = 0,
    adapterHash: String? = nil
  ) {
    self.metrics = metrics
    self.bestEpoch = bestEpoch
    self.steps = steps
    self.adapterHash = adapterHash
  }
}

/// A configuration about to become a trial.
public struct NewTrial: Sendable {
  public var origin: TrialOrigin
  public var point: SearchPoint?
  public var configuration: PEFTConfiguration
  public var costs: TrialCosts
  public var identity: String
  public var replicate: Int
  public var seenThrough: Int
  public var design: DesignCell?
  public var fidelity: Fidelity?
  /// How the fit behind the proposal went; kept with the event, not with the trial.
  public var fit: FitDiagnostics?

  public init(
    origin: TrialOrigin, point: SearchPoint?, configuration: PEFTConfiguration,
    costs: TrialCosts, identity: String, replicate: Int = 0, seenThrough: Int = 0,
    design: DesignCell? = nil, fidelity: Fidelity? = nil, fit: FitDiagnostics? = nil
  ) {
    self.origin = origin
    self.point = point
    self.configuration = configuration
    self.costs = costs
    self.identity = identity
    self.replicate = replicate
    self.seenThrough = seenThrough
    self.design = design
    self.fidelity = fidelity
    self.fit = fit
  }
}

/// What came of a trial.
public enum TrialEnding: Hashable, Sendable {
  case complete(score: Double, TrialSummary)
  case failed(reason: String, TrialSummary)
}

/// When a trial ran and what it used; outside the promise of equal bytes.
public struct TrialTimes: Codable, Hashable, Sendable {
  public var trial: Int
  /// First start.
  public var startedAt: Date
  public var recordedAt: Date?
  public var seconds: Double?
  public var peakMemoryBytes: Int?
  /// The last lines of a failed trial's log.
  public var logTail: String?
}

/// One line of the event log: what a resumed run shares with one that was never stopped.
public struct EventRecord: Codable, Hashable, Sendable {
  public enum Kind: String, Codable, Hashable, Sendable {
    case created
    /// A configuration became a trial.
    case proposed
    /// A trial's result counts from here on.
    case recorded
    /// The strategy has no further configuration.
    case exhausted
  }

  /// Counts from 1 without gaps.
  public var sequence: Int
  public var kind: Kind
  public var trial: Int?
  /// A JSON object.
  public var payload: String
  public var at: Date

  /// The event without its time, on one line: what two runs are compared by.
  public var line: String {
    "\(sequence) \(kind.rawValue)\(trial.map { " \($0)" } ?? "") \(payload)"
  }
}

/// One line of the operational log: starts, stops, lost workers.
public struct OperationRecord: Codable, Hashable, Sendable {
  public var sequence: Int
  public var kind: String
  public var trial: Int?
  public var detail: String
  public var at: Date
}

/// One sitting of a worker on a trial.
public struct AttemptRecord: Codable, Hashable, Sendable {
  public var trial: Int
  /// Counts from 1 without gaps.
  public var number: Int
  /// The counter of the controller that started it.
  public var fence: Int
  /// The checkpoint's optimizer step when it began; 0 without one.
  public var step: Int
  /// How it ended; nil while it runs, and for ever where the controller died with it.
  public var outcome: String?

  public init(trial: Int, number: Int, fence: Int, step: Int, outcome: String? = nil) {
    self.trial = trial
    self.number = number
    self.fence = fence
    self.step = step
    self.outcome = outcome
  }
}
