/// What decides a study's course; fixed when a run is made, equal in every resume.
public struct StudySettings: Codable, Hashable, Sendable {
  /// The seed of all proposals and all training noise.
  public var seed: UInt64
  /// The strategy's name.
  public var strategy: String
  /// `--set KEY=VALUE` of the command line, applied on top of the space file, in order.
  public var overrides: [String]
  /// W: proposal n sees the results of trials ≤ n − W.
  public var window: Int
  /// The number of trials the study was made for; strategies plan by it, whatever the budget becomes.
  public var plannedTrials: Int?
  /// `embedded`, or the path of a backbone directory.
  public var backbone: String
  /// `cased` or `uncased`, where the backbone's files do not say it.
  public var casing: String?
  /// The name of a generated task, or the path of a task file.
  public var task: String
  /// How the task head is made, in the trainer's words.
  public var head: String
  /// BLAS threads of one worker.
  public var threads: Int
  /// SHA-256 of the frozen space file.
  public var spaceHash: String
  /// SHA-256 of `earlier.json`; nil for a run that learns from no other.
  public var earlierHash: String?

  public init(
    seed: UInt64, strategy: String, overrides: [String] = [], window: Int,
    plannedTrials: Int? = nil, backbone: String, casing: String? = nil,
    task: String, head: String, threads: Int = 1, spaceHash: String,
    earlierHash: String? = nil
  ) {
    self.seed = seed
    self.strategy = strategy
    self.overrides = overrides
    self.window = window
    self.plannedTrials = plannedTrials
    self.backbone = backbone
    self.casing = casing
    self.task = task
    self.head = head
    self.threads = threads
    self.spaceHash = spaceHash
    self.earlierHash = earlierHash
  }

  /// The default window of K parallel workers: K for one, 2K otherwise.
  ///
  /// One worker loses nothing by waiting for each result. With more, 2K keeps every worker busy
  /// while the slowest of the last K trials still trains.
  public static func defaultWindow(parallel: Int) -> Int {
    parallel == 1 ? 1 : 2 * parallel
  }
}

/// How far a study goes and what a trial may use; may change when a run is resumed.
public struct StudyBudget: Codable, Hashable, Sendable {
  /// Which adapters stay on disk.
  public enum Keep: String, Codable, Hashable, Sendable, CaseIterable {
    /// Those of the Pareto front, of the references, and of the ten best.
    case best
    case all
  }

  /// Trials of the search, references and start configurations counted, confirmations not.
  public var trials: Int
  /// Wall time of all sittings together after which no trial is started; nil for no limit.
  public var seconds: Double?
  /// Wall time of one trial after which its worker is ended; nil for no limit.
  public var trialSeconds: Double?
  /// Private memory of one worker after which it is ended; nil for no limit.
  public var trialMemoryBytes: Int?
  public var keep: Keep

  public init(
    trials: Int, seconds: Double? = nil, trialSeconds: Double? = nil,
    trialMemoryBytes: Int? = nil, keep: Keep = .best
  ) {
    self.trials = trials
    self.seconds = seconds
    self.trialSeconds = trialSeconds
    self.trialMemoryBytes = trialMemoryBytes
    self.keep = keep
  }
}
