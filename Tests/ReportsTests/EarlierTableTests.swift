import Foundation
import RunStore
import SearchSpaces
import SearchStrategies
import Studies
import Testing

@testable import Reports

/// What is taken over from earlier runs, from the directory to the page.
struct EarlierTableTests {
  @Test func whatWasTakenIsTold() throws {
    let earlier = try ReportRun(strategy: "random", trials: 25)
    let run = try ReportRun(strategy: "bayes", trials: 18, seed: 2, from: [earlier])
    defer { run.remove() }
    // The earlier run is not needed any more.
    earlier.remove()
    let table = try #require(try EarlierTable.table(run.source))
    #expect(table.rows.count == 1 && table.rows[0][0] == .text("made-up"))
    #expect(table.rows[0][1] == .integer(22) && table.rows[0][2] == .integer(0))
    #expect(table.rows[0][3] == .integer(15))
    let document = try SearchReport.document(run.source, includesTimes: false)
    #expect(document.tables.map(\.name).contains("earlier"))
    #expect(document.sections.contains { $0.title == "Earlier runs" })
  }

  /// Configurations beside the best reference, with what the earlier run said of them.
  @Test func aTransferIsComparedWithTheBestReference() throws {
    let earlier = try ReportRun(strategy: "random", trials: 25)
    let run = try ReportRun(
      strategy: "transfer", settings: ["seeds": .integer(6)], seed: 2,
      bonus: "reference lora", failing: [5], from: [earlier])
    defer {
      earlier.remove()
      run.remove()
    }
    let table = try TransferTable(run.source, margin: 0.01)
    let rows = table.arms.rows
    let names = rows.map { $0[0] }
    #expect(names.contains(.text("reference lora")) && names.contains(.text("reference bitfit")))
    let front = ParetoFront(earlier.source.records.filter { $0.trial.point != nil }).trials
    for record in front {
      let row = try #require(rows.first { $0[0] == .text("trial \(record.number)") })
      #expect(row[1] == .integer(record.trial.costs.parameters.deployed))
      #expect(row[2] == .number(record.trial.score, digits: 4) && row[3] == .integer(6))
    }
    #expect(rows.count == front.count + 3)
    #expect(table.pairs.rows.count == rows.count - 1)
    // Trial 5 is the second of the transfer: references come first.
    #expect(rows.map { $0[4] }.filter { $0 == .integer(1) }.count == 1)
    #expect(table.summary.contains("'reference lora' against each other arm as one family"))
    #expect(
      table.summary.contains(
        "Rank correlation of the scores in made-up with the means here, over \(front.count) "
          + "configurations: "))
    let document = try DesignReport.document([run.source], margin: 0.01, includesTimes: false)
    #expect(document.sections.contains { $0.title.lowercased().contains("configuration") })
  }

  @Test func aRunWithoutOneHasNoTable() throws {
    let run = try ReportRun(strategy: "bayes", trials: 12)
    defer { run.remove() }
    #expect(try EarlierTable.table(run.source) == nil)
    #expect(try EarlierRuns.frozen(in: run.source.history.run, settings: run.source.settings) == [])
  }

  @Test func aChangedFileIsRefused() throws {
    let earlier = try ReportRun(strategy: "random", trials: 12)
    let run = try ReportRun(strategy: "bayes", trials: 10, seed: 2, from: [earlier])
    defer {
      earlier.remove()
      run.remove()
    }
    let file = run.source.history.run.earlierFile
    let text = try String(contentsOfFile: file, encoding: .utf8)
    try text.replacingOccurrences(of: "0.7", with: "0.8")
      .write(toFile: file, atomically: true, encoding: .utf8)
    #expect(throws: EarlierRunError.changed(file: file)) {
      try EarlierTable.table(run.source)
    }
    let problems = try RunVerification(run.source.history.run).problems
    #expect(problems.contains { $0.place == "earlier.json" })
  }

  @Test func runsOfWhichNothingCanBeTakenAreRefused() throws {
    let earlier = try ReportRun(strategy: "random", trials: 12)
    // Three references and nothing else.
    let empty = try ReportRun(strategy: "random", trials: 3)
    defer {
      earlier.remove()
      empty.remove()
    }
    let space = earlier.source.space
    let (run, none) = (earlier.source.history.run, empty.source.history.run)
    #expect(throws: EarlierRunError.nothingFinished(run: none.path)) {
      try EarlierRuns.take(from: none, into: space)
    }
    let other = try SearchSpace(
      yaml: """
        version: 1
        methods: {lora: {rank: {ordinal: [1, 2, 4]}}}
        each-group: [lora]
        """, file: "other.yaml", schemas: ReportRun.schemas, backbone: ReportRun.backbone)
    #expect {
      try EarlierRuns.take(from: run, into: other)
    } throws: { error in
      guard case EarlierRunError.incompatible(run.path, 9, let reason) = error else { return false }
      return reason.hasPrefix("the space has no decision '")
    }
    #expect(throws: RunDirectoryError.missing(run: "/nowhere/run")) {
      _ = try RunDirectory.open("/nowhere/run")
    }
  }

  static let sentences: [(EarlierRunError, String, Int32)] = [
    (.repeated(run: "r"), "--from names r twice. Name each earlier run once.", 2),
    (
      .nothingFinished(run: "r"),
      "--from r: no trial of it has a point of its space and a score, so there is nothing to learn "
        + "from. Resume it, or leave it out.", 3
    ),
    (
      .incompatible(run: "r", trials: 9, reason: "the space has no decision 'a'"),
      "--from r: none of its 9 finished configurations exists in this space. Of the first one: the "
        + "space has no decision 'a'. Decisions are matched by their paths and values; 'autopeft "
        + "space check' prints those of a space file.", 2
    ),
    (
      .changed(file: "r/earlier.json"),
      "r/earlier.json is not the file that the run was started with. Restore it; the search depends "
        + "on it.", 65
    ),
  ]

  @Test(arguments: sentences)
  func errorSentences(error: EarlierRunError, sentence: String, code: Int32) {
    #expect(error.description == sentence && error.exitCode == code)
  }
}
