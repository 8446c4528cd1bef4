import Foundation
import FoundationXML
import RunStore
import SearchSpaces
import SearchStrategies
import Statistics
import Testing
import Training

@testable import Reports

/// Whole reports of runs with made-up scores.
@Suite struct ReportTests {
  static let factorial: [String: ParameterValue] = ["blocks": .integer(12), "pilot": .integer(12)]

  private func design(_ run: ReportRun, margin: Double = 0.005) throws -> ReportDocument {
    try DesignReport.document([run.source], margin: margin, includesTimes: false)
  }

  /// Whether a text is one well-formed XML element.
  private func isWellFormed(_ text: String) -> Bool {
    XMLParser(data: Data(text.utf8)).parse()
  }

  private func html(_ document: ReportDocument) throws -> String { try ReportPage.html(document) }

  @Test func aPlantedPatternIsReplicatedOnThePage() throws {
    let run = try ReportRun(strategy: "s4-factorial", settings: Self.factorial, bonus: "spindle")
    defer { run.remove() }
    let analysis = try DesignAnalysis([run.source], margin: 0.005)
    let grouping = try #require(analysis.contrast("grouping"))
    #expect(grouping.verdict == .replicated && grouping.support == .supported)
    #expect(grouping.comparisons.count == 10)
    #expect(try #require(analysis.contrast("allocation")).verdict != .replicated)
    let page = try html(try design(run))
    #expect(page.contains("replicated") && page.contains("Negative controls"))
  }

  @Test func nothingPlantedIsNotCalledFound() throws {
    let run = try ReportRun(strategy: "s4-factorial", settings: Self.factorial, seed: 4)
    defer { run.remove() }
    let analysis = try DesignAnalysis([run.source], margin: 0.005)
    #expect(analysis.contrasts.allSatisfy { $0.verdict != .replicated })
    let notes = DesignNotes.unsupported(analysis)
    #expect(notes.contains { $0.hasPrefix("grouping: ") && $0.contains("not shown to be better") })
    #expect(notes.contains { $0.contains("One task was run") })
  }

  @Test(arguments: ["s4-factorial", "s4", "random"])
  func pagesStandByThemselves(strategy: String) throws {
    let settings: [String: ParameterValue] =
      strategy == "s4"
      ? ["models-per-space": .integer(3)] : strategy == "random" ? [:] : Self.factorial
    let run = try ReportRun(
      strategy: strategy, settings: settings, trials: strategy == "random" ? 30 : 10_000,
      failing: [9, 12])
    defer { run.remove() }
    let document =
      strategy == "random"
      ? try SearchReport.document(run.source, includesTimes: false) : try design(run)
    let page = try html(document)
    // Nothing is fetched, nothing runs.
    let links = page.replacingOccurrences(of: "http://www.w3.org/2000/svg", with: "")
    for forbidden in ["http:", "https:", "<script", "url(", "@import", "src="] {
      #expect(!links.contains(forbidden), "\(forbidden)")
    }
    #expect(page.hasPrefix("<!DOCTYPE html>") && page.contains("prefers-color-scheme:dark"))
    #expect(page.contains("@media print") && page.contains("<html lang=\"en\">"))
    for (name, picture) in document.pictures {
      #expect(isWellFormed(picture.inline) && isWellFormed(picture.file), "\(name)")
      #expect(picture.inline.contains("<title") && picture.inline.contains("<desc"), "\(name)")
    }
    // Anchors of pictures must be unique on the page, or readers get the wrong description.
    #expect(Set(document.pictures.map(\.name)).count == document.pictures.count)
    #expect(Set(document.tables.map(\.name)).count == document.tables.count)
    #expect(document.pictures.count >= 3 && document.tables.count >= 3)
  }

  @Test func theSameRunGivesTheSameBytes() throws {
    let run = try ReportRun(strategy: "s4-factorial", settings: Self.factorial)
    defer { run.remove() }
    #expect(try html(try design(run)) == html(try design(run)))
  }

  @Test func filesHoldEveryPictureAndTable() throws {
    let run = try ReportRun(strategy: "random", trials: 20)
    defer { run.remove() }
    let document = try SearchReport.document(run.source, includesTimes: true)
    let folder = run.parent + "/out"
    let files = try ReportFiles.write(document, to: folder)
    #expect(files[0] == folder + "/report.html")
    #expect(files.count == 1 + document.pictures.count + 2 * document.tables.count)
    for file in files where file.hasSuffix(".json") {
      _ = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: file)))
    }
    for file in files where file.hasSuffix(".svg") {
      #expect(isWellFormed(try String(contentsOfFile: file, encoding: .utf8)))
    }
  }

  @Test func textOfUsersIsOnlyText() throws {
    let run = try ReportRun(
      strategy: "random", trials: 12, task: "<script>alert('x')</script> & \"co\"")
    defer { run.remove() }
    let page = try html(try SearchReport.document(run.source, includesTimes: false))
    #expect(!page.contains("<script>"))
    #expect(page.contains("script&gt; &amp; &quot;co&quot;"))
  }

  @Test func tasksAreAveragedBlockByBlock() throws {
    let first = try ReportRun(strategy: "s4-factorial", settings: Self.factorial, task: "one")
    let second = try ReportRun(
      strategy: "s4-factorial", settings: Self.factorial, task: "another")
    defer {
      first.remove()
      second.remove()
    }
    let both = try DesignAnalysis([first.source, second.source], margin: 0.005)
    let alone = try DesignAnalysis([first.source], margin: 0.005)
    let (pooled, single) = (
      try #require(both.contrast("grouping")), try #require(alone.contrast("grouping"))
    )
    #expect(pooled.tasks == 2 && single.tasks == 1)
    let block = single.scores.blocks[0]
    let other = try #require(
      try DesignAnalysis([second.source], margin: 0.005).contrast("grouping"))
    let mean = try #require(pooled.scores.score(of: "spindle", block: block))
    let parts = [single, other].compactMap { $0.scores.score(of: "spindle", block: block) }
    #expect(abs(mean - parts.reduce(0, +) / 2) < 1e-12)
  }

  @Test func hypervolumeRisesToWhatTheFrontCovers() throws {
    let run = try ReportRun(strategy: "random", trials: 25)
    defer { run.remove() }
    let analysis = try SearchAnalysis(run.source)
    let values = analysis.hypervolume.map(\.value)
    #expect(zip(values, values.dropFirst()).allSatisfy { $0 <= $1 + 1e-12 })
    #expect(values.allSatisfy { $0 >= 0 && $0 <= 1 })
    let importance = analysis.importance
    #expect(importance.decisions.count == run.source.space.decisions.count)
    #expect(importance.decisions.allSatisfy { $0.main.value >= 0 && $0.total.value.isFinite })
  }

  @Test func importanceIsOneSectionAndSaysItsDoubt() throws {
    let run = try ReportRun(strategy: "random", trials: 25)
    defer { run.remove() }
    let document = try SearchReport.document(run.source, includesTimes: false)
    #expect(document.sections.count { $0.title == "What matters" } == 1)
    #expect(document.tables.map(\.name).contains("importance"))
    // Three references and six trials of the space: too few for a surrogate.
    let short = try ReportRun(strategy: "random", trials: 9)
    defer { short.remove() }
    let page = try html(try SearchReport.document(short.source, includesTimes: false))
    #expect(page.contains("Inconclusive: 6 finished trials lie in the space, 8 are needed."))
  }

  @Test func fitsOfMarkovChainsAreTold() throws {
    let run = try ReportRun(
      strategy: "saas",
      settings: [
        "initial": .integer(8), "warm-up": .integer(10), "samples": .integer(8),
        "thinning": .integer(4),
      ], trials: 14)
    defer { run.remove() }
    let fits = try run.source.history.fits()
    #expect(fits.keys.sorted() == [12, 13, 14])
    #expect(fits.values.allSatisfy { $0.draws == 8 && $0.rHat != nil })
    let document = try SearchReport.document(run.source, includesTimes: false)
    let table = try #require(document.tables.first { $0.name == "fits" }).table
    #expect(table.rows.count == 3)
    let record = try run.source.history.trial(13)
    let details = try TrialDetails.table(record, in: run.source.history)
    #expect(details.rows.contains { $0[0] == .text("fit_r_hat") })
    // Eight draws after ten iterations have not mixed.
    let doubtful = try #require(fits.first { $0.value.isDoubtful })
    let warning = try #require(
      try TrialDetails.fitWarning(doubtful.key, in: run.source.history))
    #expect(warning.hasPrefix("1 of 1 fits of the model are doubtful: the worst R̂ is "))
    #expect(try html(document).contains("fits of the model are doubtful"))
    #expect(try TrialDetails.fitWarning(1, in: run.source.history) == nil)
  }

  static let doubts: [(ScoreImportance.Doubt, String)] = [
    (
      .fewTrials(count: 3, needed: 8),
      "Inconclusive: 3 finished trials lie in the space, 8 are needed."
    ),
    (
      .constant,
      "Inconclusive: the model of the scores is the same everywhere; no decision shows an effect."
    ),
    (
      .unexplained,
      "Inconclusive: the model predicts left-out scores hardly better than their mean does. The shares "
        + "below are what it believes, and it should not be believed."
    ),
  ]

  @Test(arguments: doubts)
  func sentencesOfDoubt(doubt: ScoreImportance.Doubt, sentence: String) {
    #expect(ImportanceSection.sentence(doubt) == sentence)
  }

  @Test func runsOfOtherDesignsAreRefused() throws {
    let first = try ReportRun(strategy: "s4-factorial", settings: Self.factorial)
    let second = try ReportRun(strategy: "s4-factorial", settings: Self.factorial, seed: 2)
    defer {
      first.remove()
      second.remove()
    }
    #expect(
      throws: ReportError.notOneDesign(
        first: "made-up", other: "made-up", reason: "their seeds differ")
    ) { try DesignAnalysis([first.source, second.source], margin: 0.005) }
    #expect(throws: ReportError.wrongMargin(0)) {
      try DesignAnalysis([first.source], margin: 0)
    }
  }

  static let sentences: [(ReportError, String, Int32)] = [
    (
      .nothingToReport(run: "r"),
      "r has no trial with a score yet. Resume it, then ask for the report again.", 3
    ),
    (
      .notOneDesign(first: "a", other: "b", reason: "their seeds differ"),
      "a and b cannot be read as one study: their seeds differ. Several runs make one report where "
        + "one design (same space, strategy, seed and backbone) was run on several tasks.", 2
    ),
    (.wrongMargin(-1), "the margin of equivalence must be a number above 0, got -1.0.", 2),
    (
      .unknownArm("s5", file: "a.csv", known: ["s4", "lora"]),
      "a.csv has no arm 's5'. It has: s4, lora.", 2
    ),
    (
      .nothingToCompare(file: "a.csv", arms: 1),
      "a.csv has nothing to compare: 1 arm(s) with a block that every task has. At least two arms are "
        + "needed; do --arm, --block, --task and --where name what they should?", 2
    ),
    (
      .notAScore(place: FilePlace("a.csv", line: 3), got: "nan"),
      "a.csv:3: a score must be a finite number, or empty for a failure, got 'nan'.", 65
    ),
    (
      .scoredTwice(place: FilePlace("a.csv", line: 9), arm: "s4", block: "1"),
      "a.csv:9: arm 's4' has a second score in block '1'. Name the column that tells the two apart "
        + "with --task, or leave one of them out with --where.", 65
    ),
  ]

  @Test(arguments: sentences)
  func errorSentences(error: ReportError, sentence: String, code: Int32) {
    #expect(error.description == sentence && error.exitCode == code)
  }
}

/// The parts of pages.
@Suite struct MarkupTests {
  @Test func escaping() {
    #expect(Markup.escaped("<a b='c'>&\"\u{1}") == "&lt;a b=&#39;c&#39;&gt;&amp;&quot;")
    #expect(Markup.identifier("Arms of tuned groups: 1, 2!") == "arms-of-tuned-groups-1-2")
    #expect(Markup.identifier("…") == "x")
  }

  @Test func numbers() {
    #expect(Markup.number(-0.00001, 3, signed: true) == "0.000")
    #expect(Markup.number(-1.25, 1) == "−1.2" || Markup.number(-1.25, 1) == "−1.3")
    #expect(Markup.number(0.5, 2, signed: true) == "+0.50")
    #expect(Markup.number(.nan, 2) == "–")
    #expect(Markup.whole(1_234_567) == "1\u{2009}234\u{2009}567")
    #expect(Markup.whole(-12) == "−12")
  }

  @Test func axesHaveRoundTicksInside() {
    let axis = ChartAxis([0.61, 0.84], start: 0, end: 100)
    let ticks = axis.ticks()
    #expect(ticks.count >= 3 && ticks.count <= 8)
    #expect(ticks.allSatisfy { $0.value >= axis.lower && $0.value <= axis.upper })
    #expect(ticks.map(\.label).contains("0.70"))
    let flat = ChartAxis([0.5, 0.5], start: 0, end: 100)
    #expect(flat.place(0.5) > 0 && flat.place(0.5) < 100)
    let powers = ChartAxis([10, 100_000], start: 0, end: 100, logarithmic: true)
    #expect(powers.ticks().map(\.value).contains(1000))
    #expect(ChartAxis([], start: 0, end: 1).ticks().count > 1)
  }
}
