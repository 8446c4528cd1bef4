import ArgumentParser
import Dispatch
import Executors
import Foundation
import RunStore
import Synchronization
import Training

/// `autopeft worker`: trains one trial; started by the controller of a search.
struct WorkerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "worker", abstract: "Train one trial of a run (internal).", shouldDisplay: false)

  @Option(name: .customLong("run")) var runPath: String
  @Option var trial: Int

  func run() throws {
    ControllerWatch.start()
    let stop = StopFlag()
    let sources = [SIGINT, SIGTERM].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(
        signal: number, queue: DispatchQueue(label: "signals"))
      source.setEventHandler { stop.raise() }
      source.activate()
      return source
    }
    defer { sources.forEach { $0.cancel() } }
    let code = try Self.work(arguments: ["worker", "--run", runPath, "--trial", String(trial)]) {
      stop.isRaised
    }
    guard code == 0 else { throw ExitCode(code) }
  }

  /// Trains the trial that a worker's arguments name; the exit code of the worker.
  static func work(
    arguments: [String], shouldStop: @escaping @Sendable () -> Bool
  ) throws -> Int32 {
    let command = try WorkerCommand.parse(Array(arguments.dropFirst()))
    let run = RunDirectory(path: command.runPath)
    let folder = TrialDirectory(run: run, number: command.trial)
    let job = try RunFiles.decode(TrialJob.self, from: folder.jobFile)
    let runner = TrialRunner(job: job, directory: folder.path, cacheDirectory: run.cache)
    switch try runner.run(shouldStop: shouldStop) {
    case .finished: return 0
    case .stopped: return JobOutcome.stoppedWithCheckpoint
    }
  }
}

/// A flag that a signal raises and a training reads.
private final class StopFlag: Sendable {
  private let flag = Atomic(false)

  func raise() { flag.store(true, ordering: .relaxed) }
  var isRaised: Bool { flag.load(ordering: .relaxed) }
}
