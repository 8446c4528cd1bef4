import ArgumentParser
import Training

/// `autopeft pretrain`: makes the embedded backbone anew.
struct PretrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pretrain",
    abstract: "Pretrain the embedded backbone on generated text (about 15 minutes on one core).")

  @Option(help: "A folder that does not exist yet.")
  var output: String

  @Option(help: "Optimizer steps, for a shorter trial run; the committed weights use the default.")
  var steps: Int?

  @Option(help: "The seed.")
  var seed: UInt64?

  func run() throws {
    var settings = PretrainingSettings()
    if let steps { settings.steps = steps }
    if let seed { settings.seed = seed }
    let report = try Pretrainer.run(settings: settings, output: output) {
      Console.note($0.description)
    }
    Console.output(report.description)
    try Self.accept(report)
  }

  /// Ends the program with code 1 where the written model is not good enough to be committed.
  static func accept(_ report: PretrainingReport) throws {
    let shortfalls = report.shortfalls
    guard !shortfalls.isEmpty else { return }
    throw Failure.Outcome(
      code: 1,
      text: "the model is written, but it is below what the embedded backbone must reach:\n"
        + shortfalls.map { "  \($0)" }.joined(separator: "\n"))
  }
}
