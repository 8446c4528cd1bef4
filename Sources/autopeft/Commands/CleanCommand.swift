import ArgumentParser
import Reports
import RunStore
import Studies

/// `autopeft clean`: removes what a run does not need.
struct CleanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "clean",
    abstract: "Remove leftovers of a run: checkpoints of recorded trials, adapters outside the best.")

  @Argument(help: ArgumentHelp("The run's name.", valueName: "run"))
  var name: String

  @Flag(help: "Only list what would go.")
  var dryRun = false

  @OptionGroup var runs: RunOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let directory = try RunDirectory.open(runs.directory(name).path)
    let lock = dryRun ? nil : try RunLock.acquire(directory)
    defer { lock?.release() }
    let cleaning = try RunCleaning(directory)
    var table = Table(columns: ["path", "bytes", "reason"])
    for item in cleaning.items {
      table.append([.text(item.path), .integer(item.bytes), .text(item.reason)])
    }
    Console.output(table.rendered(as: output.format), terminator: "")
    if let lock { try cleaning.apply(holding: lock) }
    let verb = dryRun ? "would be freed" : "freed"
    Console.note("\(cleaning.items.count) items, \(cleaning.bytes) bytes \(verb).")
  }
}
