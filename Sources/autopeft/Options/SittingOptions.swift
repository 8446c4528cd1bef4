import ArgumentParser
import RunStore

/// How far a sitting goes and with what.
struct SittingOptions: ParsableArguments {
  /// What a search without `--trials` tries: enough for a Gaussian process to learn the main
  /// effects of the shipped spaces after its initial design.
  static let defaultTrials = 40

  @Option(help: "How many trials there shall be in all, references included (default: 40).")
  var trials: Int?

  @Option(help: ArgumentHelp("Stop starting trials after this time.", valueName: "2h30m"))
  var timeout: TimeSpan?

  @Option(help: "How many trials train side by side.")
  var parallel = 1

  @Option(help: "How trials are run: local (a process each) or inline.")
  var executor = "local"

  @Option(help: ArgumentHelp("End a trial that takes longer.", valueName: "15m"))
  var trialTimeout: TimeSpan?

  @Option(help: ArgumentHelp("End a trial that needs more memory.", valueName: "4GiB"))
  var trialMemory: ByteCount?

  @Option(help: "Which adapters stay on disk: best (front, references, ten best) or all.")
  var keep: StudyBudget.Keep?

  func validate() throws {
    if let trials, trials < 1 {
      throw ValidationError("--trials must be at least 1, got \(trials).")
    }
    if parallel < 1 {
      throw ValidationError("--parallel must be at least 1, got \(parallel).")
    }
  }

  /// The number of workers; an inline executor has one.
  func checkedParallel() throws -> Int {
    guard executor != "inline" || parallel == 1 else {
      throw ValidationError("--executor inline trains one trial at a time; leave --parallel out.")
    }
    return parallel
  }

  /// A budget with what the command line changes.
  func applied(to budget: StudyBudget) -> StudyBudget {
    var budget = budget
    if let trials { budget.trials = trials }
    if let timeout { budget.seconds = timeout.seconds }
    if let trialTimeout { budget.trialSeconds = trialTimeout.seconds }
    if let trialMemory { budget.trialMemoryBytes = trialMemory.bytes }
    if let keep { budget.keep = keep }
    return budget
  }
}
