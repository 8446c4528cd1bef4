import Foundation
import RunStore
import SearchSpaces
import Studies
import Synchronization

/// Shows a running study on standard error: a line for each result, and on a terminal a line that
/// is drawn over with what is under way.
final class ProgressMeter: Sendable {
  private struct State {
    var planned: Int
    var recorded: Int
    var best: (trial: Int, score: Double)?
    var running: Set<Int> = []
  }

  private let state: Mutex<State>
  private let start = ContinuousClock.now

  init(history: RunHistory) throws {
    let trials = try history.trials()
    let best = trials.filter { $0.state == .complete && $0.replicate == 0 }
      .compactMap { record in record.trial.finalScore.map { (record.number, $0) } }
      .max { ($0.1, -$0.0) < ($1.1, -$1.0) }
    state = Mutex(
      State(
        planned: try history.budget().trials, recorded: trials.count(where: \.isRecorded),
        best: best.map { (trial: $0.0, score: $0.1) }))
  }

  func show(_ progress: StudyProgress) {
    state.withLock { state in
      switch progress {
      case .proposed, .stopping: break
      case .started(let trial, let attempt, let step):
        state.running.insert(trial)
        if attempt > 1 || step > 0 {
          line("trial \(trial) goes on from step \(step)")
        }
      case .finished(let trial):
        state.running.remove(trial)
      case .restarting(let trial, let reason):
        state.running.remove(trial)
        line("trial \(trial) will be started again: \(reason)")
      case .recorded(let record):
        recorded(record, &state)
      }
      draw(state)
    }
  }

  /// Ends the line that is drawn over.
  func finish() {
    if Console.isTerminal { FileHandle.standardError.write(Data("\r\u{1B}[K".utf8)) }
  }

  private func recorded(_ record: TrialRecord, _ state: inout State) {
    state.recorded += 1
    state.running.remove(record.number)
    let position = "[\(state.recorded)/\(max(state.planned, state.recorded))]"
    let head = "\(position) trial \(record.number) (\(record.trial.origin.rawValue))"
    let size = "\(record.trial.costs.parameters.deployed) parameters"
    guard let score = record.trial.score, record.state == .complete else {
      line("\(head): failed: \(record.trial.failure ?? "no reason recorded")")
      return
    }
    if let fidelity = record.trial.fidelity, record.trial.isPartial {
      let epochs = record.trial.configuration.training.epochs
      line(
        "\(head): \(String(format: "%.4f", score)) after epoch \(fidelity.epochs) of \(epochs), \(size)"
      )
      return
    }
    let isBest = state.best.map { score > $0.score } ?? true
    if isBest { state.best = (record.number, score) }
    line(
      "\(head): \(String(format: "%.4f", score)), \(size)\(isBest ? "  ← best so far" : "")")
  }

  private func line(_ text: String) {
    finish()
    Console.note(text)
  }

  private func draw(_ state: State) {
    guard Console.isTerminal else { return }
    let seconds = Int(start.duration(to: .now).components.seconds)
    let best =
      state.best.map { String(format: "best %.4f (trial %d)", $0.score, $0.trial) }
      ?? "no result yet"
    let running = state.running.sorted().map(String.init).joined(separator: ", ")
    let width = 24
    let done = min(width, width * state.recorded / max(state.planned, 1))
    let bar = String(repeating: "█", count: done) + String(repeating: "░", count: width - done)
    let text =
      "\(bar) \(state.recorded)/\(state.planned)  \(best)"
      + "  training \(running.isEmpty ? "–" : running)"
      + "  \(seconds / 60):\(String(format: "%02d", seconds % 60))"
    FileHandle.standardError.write(Data("\r\u{1B}[K\(text)".utf8))
  }
}
