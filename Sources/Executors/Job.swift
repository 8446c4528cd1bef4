/// One command line to run, and what it may use.
public struct Job: Sendable, Hashable {
  /// The trial's number; no two jobs of one id run at the same time.
  public var id: Int
  /// Arguments after the program's own name.
  public var arguments: [String]
  /// The file that standard output and standard error are appended to.
  public var log: String
  public var limits: JobLimits

  public init(
    id: Int, arguments: [String], log: String, limits: JobLimits = JobLimits()
  ) {
    self.id = id
    self.arguments = arguments
    self.log = log
    self.limits = limits
  }
}

/// What one job may use before it is ended.
public struct JobLimits: Sendable, Hashable {
  /// Wall time; nil for no limit.
  public var seconds: Double?
  /// Private memory (anonymous and shared-memory pages; mapped files belong to nobody); nil for no
  /// limit.
  public var memoryBytes: Int?

  public init(seconds: Double? = nil, memoryBytes: Int? = nil) {
    self.seconds = seconds
    self.memoryBytes = memoryBytes
  }
}

/// How a job ended.
public enum JobOutcome: Sendable, Hashable {
  /// By itself, with this code; 75 says that a checkpoint was written.
  case exited(code: Int32)
  /// By a signal that nobody here has sent.
  case lost(signal: Int32)
  /// By the kernel, which ran out of memory.
  case outOfMemory
  /// Over its wall time, in seconds.
  case timeLimit(Double)
  /// Over its memory, in bytes.
  case memoryLimit(Int)
  /// On request; whether by itself with a checkpoint or by force, its files tell.
  case cancelled

  /// The exit code of a worker that was asked to stop and wrote a checkpoint (`EX_TEMPFAIL`).
  public static let stoppedWithCheckpoint: Int32 = 75
}

/// A job that has ended.
public struct JobCompletion: Sendable, Hashable {
  public var id: Int
  public var outcome: JobOutcome
  public var seconds: Double
  /// The largest resident memory that was seen; nil where nothing was measured.
  public var peakMemoryBytes: Int?
  /// The last lines of the log.
  public var logTail: String

  public init(
    id: Int, outcome: JobOutcome, seconds: Double, peakMemoryBytes: Int? = nil, logTail: String
  ) {
    self.id = id
    self.outcome = outcome
    self.seconds = seconds
    self.peakMemoryBytes = peakMemoryBytes
    self.logTail = logTail
  }
}
