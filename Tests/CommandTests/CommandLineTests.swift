import ArgumentParser
import Executors
import Exports
import Foundation
import RunStore
import SearchSpaces
import Studies
import Testing
import Training

@testable import autopeft

@Suite struct CommandLineTests {
  /// What people may type wrong, and what they are told.
  static let wrong: [(arguments: [String], text: String)] = [
    (["serach"], "Unexpected argument 'serach'"),
    (["search", "a.yaml", "--task", "nli2", "--trails", "3"], "Did you mean '--trials'"),
    (["search", "a.yaml"], "Missing expected argument '--task <task>'"),
    (
      ["search", "a.yaml", "--task", "nli2", "--trials", "0"],
      "--trials must be at least 1, got 0."
    ),
    (
      ["search", "a.yaml", "--task", "nli2", "--parallel", "0"],
      "--parallel must be at least 1, got 0."
    ),
    (
      ["search", "a.yaml", "--task", "nli2", "--timeout", "soon"],
      "The value 'soon' is invalid for '--timeout <2h30m>'"
    ),
    (["trials", "r", "--format", "xml"], "The value 'xml' is invalid for '--format <format>'"),
    (
      ["search", "a.yaml", "--task", "nli2", "--cased", "--uncased"],
      "Value to be set with flag '--uncased' had already been set with flag '--cased'"
    ),
    (
      ["train", "a.yaml", "--task", "nli2", "--output", "o", "--trace-steps", "5"],
      "--trace-steps says how long a trace is; give --trace too."
    ),
    (
      [
        "train", "a.yaml", "--task", "nli2", "--output", "o", "--trace", "t", "--trace-steps", "0",
      ],
      "--trace-steps must be at least 1, got 0."
    ),
    (
      ["bench", "training", "--task", "nli2", "--method", "lora", "--configuration", "a.yaml"],
      "--configuration says what to train by itself; leave out --method"
    ),
    (
      ["train", "a.yaml", "--budget", "1%", "--task", "nli2", "--output", "o"],
      "--budget belongs to --design."
    ),
    (["compare", "a.csv", "--where", "split"], "--where must be column=value, got 'split'."),
    (
      ["compare", "a.csv", "--format", "json"],
      "--format json needs --only arms or --only pairs."
    ),
    (["transfer", "r", "--task", "agr2", "--seeds", "1"], "--seeds must be at least 2, got 1."),
    (["transfer", "r", "--task", "agr2", "--top", "0"], "--top must be at least 1, got 0."),
    (["transfer", "r"], "Missing expected argument '--task <task>'"),
    (["best", "r", "--race"], "--race belongs to --confirm."),
    (["export", "r"], "export needs --format and --output, or --list."),
    (
      ["export", "r", "--list", "--format", "hf-peft"],
      "--format beside --list is how the list is printed (table, json, jsonl or csv), got 'hf-peft'."
    ),
    (
      ["export", "r", "--portable", "--format", "merged", "--output", "o"],
      "--portable belongs to --format hf-peft."
    ),
    (
      ["import", "a", "--task", "nli2", "--continue"],
      "--continue needs --output, a folder for what it trains."
    ),
    (
      ["import", "a", "--task", "nli2", "--set", "training.epochs=2"],
      "--set changes a training; add --continue."
    ),
    (
      ["import", "a", "--task", "nli2", "--continue", "--output", "o", "--set", "groups=1"],
      "--set changes values of 'training' here, since the adapter says what is attached; got "
        + "'groups=1'."
    ),
    (
      ["space", "count", "a.yaml", "--layers", "12"],
      "--layers and --width stand for a backbone together; give both."
    ),
  ]

  @Test(arguments: wrong) func usageFaultsAreNamed(row: (arguments: [String], text: String)) {
    do {
      _ = try Autopeft.parseAsRoot(row.arguments)
      Issue.record("\(row.arguments) was accepted")
    } catch {
      #expect(Autopeft.fullMessage(for: error).contains(row.text))
      #expect(Failure(error).code == 2)
    }
  }

  @Test func helpIsNoFault() {
    do {
      var command = try Autopeft.parseAsRoot(["--help"])
      try command.run()
      Issue.record("--help ended without its page")
    } catch {
      #expect(Failure(error).code == 0)
    }
  }

  @Test(arguments: [
    ("90", 90.0), ("90s", 90), ("2h30m", 9_000), ("1d", 86_400), ("1.5h", 5_400),
  ]) func timeSpans(text: String, seconds: Double) {
    #expect(TimeSpan(argument: text)?.seconds == seconds)
  }

  @Test(arguments: ["", "h", "-5", "5x", "30m2h", "1h1h", "nan", "0"])
  func notATimeSpan(text: String) {
    #expect(TimeSpan(argument: text) == nil)
  }

  @Test(arguments: [
    ("1000", 1_000), ("2GiB", 2_147_483_648), ("900M", 900_000_000), ("1.5K", 1_500),
  ])
  func byteCounts(text: String, bytes: Int) {
    #expect(ByteCount(argument: text)?.bytes == bytes)
  }

  @Test(arguments: ["", "GiB", "-1", "1T", "two"]) func notAByteCount(text: String) {
    #expect(ByteCount(argument: text) == nil)
  }

  static let codes: [(error: any Error, code: Int32)] = [
    (SpaceError.empty(file: "a.yaml"), 2),
    (ExportError.unknownFormat("x", known: []), 2),
    (ExportError.outputExists("x"), 73),
    (ExportError.damaged(file: "x", reason: "y"), 65),
    (ImportError.damaged(file: "x", reason: "y"), 65),
    (ImportError.noHead(folder: "x"), 2),
    (TraceError.exists("x"), 73),
    (TraceError.alreadyTrained, 2),
    (ExecutorError.unknownName("x", known: []), 2),
    (StudyError.nothingToConfirm(run: "x"), 3),
    (EarlierRunError.repeated(run: "x"), 2),
    (EarlierRunError.nothingFinished(run: "x"), 3),
    (EarlierRunError.changed(file: "x"), 65),
    (Failure.Outcome(code: 75, text: "stopped"), 75),
    (CocoaError(.fileWriteOutOfSpace), 74),
  ]

  @Test(arguments: codes) func exitCodes(row: (error: any Error, code: Int32)) {
    #expect(Failure(row.error).code == row.code)
  }
}
