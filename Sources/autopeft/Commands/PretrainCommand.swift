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
    try Pretrainer.run(settings: settings, output: output) { Console.note($0.description) }
  }
}
