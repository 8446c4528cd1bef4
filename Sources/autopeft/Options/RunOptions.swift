import ArgumentParser
import Reports
import RunStore

/// Where runs live.
struct RunOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The folder that holds runs.", valueName: "folder"))
  var runsDir = "runs"

  /// The folder of a run by name; a name with a slash is a path.
  func directory(_ name: String) -> RunDirectory {
    RunDirectory(path: name.contains("/") ? name : "\(runsDir)/\(name)")
  }

  /// An existing run, opened for reading.
  func open(_ name: String) throws -> RunHistory {
    try RunHistory.open(RunDirectory.open(directory(name).path))
  }
}

/// How a table is printed.
struct OutputOptions: ParsableArguments {
  @Option(help: "How data is printed: table, json, jsonl or csv.")
  var format: Table.Format = .table
}
