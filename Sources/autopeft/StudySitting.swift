import Dispatch
import Foundation
import RunStore
import SearchSpaces
import Studies
import Synchronization

/// One sitting of a study on the command line: lock, signals, progress, and the end.
struct StudySitting {
  let run: RunDirectory
  let parallel: Int
  let executor: String
  let acceptsEnvironment: Bool
  var budget: StudyBudget?

  /// Runs the search until it ends or somebody stops it.
  func search() async throws {
    let lock = try RunLock.acquire(run)
    defer { lock.release() }
    let store = try RunStore.open(run, lock: lock)
    let settings = try store.history.settings()
    if !acceptsEnvironment {
      try StudyAssembly.environment(settings).requireEqual(toRecorded: run)
    }
    if let budget { try store.setBudget(budget) }
    let assembly = try StudyAssembly(run: run, settings: settings)
    let meter = try ProgressMeter(history: store.history)
    let study = Study(
      run: run, store: store, plan: try assembly.plan(),
      executor: try StudyAssembly.executor(named: executor, parallel: parallel),
      observe: { meter.show($0) })
    let signals = StopSignals { study.requestStop() }
    defer { signals.cancel() }
    let outcome = try await study.search()
    meter.finish()
    try store.close()
    try report(outcome)
  }

  private func report(_ outcome: StudyOutcome) throws {
    switch outcome {
    case .complete:
      Console.note("The search is complete. Next: autopeft best \(run.path)")
    case .exhausted:
      Console.note(
        "The strategy has no further configuration. Next: autopeft best \(run.path)")
    case .timeLimit:
      Console.note("The time is over. 'autopeft resume \(run.path) --timeout …' goes on.")
    case .stopped:
      throw Failure.Outcome(
        code: 75, text: "stopped; 'autopeft resume \(run.path)' goes on from here.")
    }
    let history = try RunHistory.open(run)
    if let warning = FitSummary(try history.fits())?.warning { Console.note(warning) }
    let trials = try history.trials()
    for agreement in RungAgreement.all(trials) { Console.note(agreement.sentence) }
    if !trials.contains(where: { $0.trial.finalScore != nil }) {
      let isPartial = trials.contains { $0.trial.isPartial }
      throw Failure.Outcome(
        code: 3,
        text: isPartial
          ? "no trial has reached the last rung. 'autopeft resume \(run.path) --trials …' goes on."
          : "no trial was completed. 'autopeft trials \(run.path)' says why each one failed.")
    }
  }
}

/// SIGINT and SIGTERM: the first asks to stop, the second ends the program at once.
final class StopSignals {
  private let sources: [any DispatchSourceSignal]

  init(onFirst: @escaping @Sendable () -> Void) {
    let queue = DispatchQueue(label: "signals")
    let counter = SignalCounter()
    sources = [SIGINT, SIGTERM].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
      source.setEventHandler {
        if counter.next() == 1 {
          Console.note(
            "Stopping: workers write their checkpoints. Once more ends the program at once.")
          onFirst()
        } else {
          Foundation.exit(128 + number)
        }
      }
      source.activate()
      return source
    }
  }

  func cancel() {
    for source in sources { source.cancel() }
  }
}

/// Counts signals.
private final class SignalCounter: Sendable {
  private let count = Mutex(0)

  func next() -> Int {
    count.withLock {
      $0 += 1
      return $0
    }
  }
}
