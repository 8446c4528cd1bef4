import Foundation
import TestSupport
import Testing

@testable import Training

/// The task files of the data sets that stand beside a checkout; skipped where they do not.
@Suite(.enabled(if: Fixtures.sharedData("rte") != nil, "the data sets are not there"))
struct MirrorTaskTests {
  /// What the data sets are known to hold.
  struct Expectation: Sendable, CustomTestStringConvertible {
    let file: String
    let training: Int
    let validation: Int
    let test: Int
    /// Examples of each class in training and validation together; nil for a regression.
    let classes: [String: Int]?

    var testDescription: String { file }
  }

  static let expectations = [
    Expectation(
      file: "rte", training: 2241, validation: 249, test: 277,
      classes: ["entailment": 1249, "not_entailment": 1241]),
    Expectation(
      file: "sst2", training: 60614, validation: 6735, test: 872,
      classes: ["positive": 37569, "negative": 29780]),
    Expectation(
      file: "sst2-sentences", training: 6920, validation: 872, test: 1821,
      classes: ["positive": 3610 + 444, "negative": 3310 + 428]),
    Expectation(file: "stsb", training: 5749, validation: 1500, test: 1379, classes: nil),
    Expectation(file: "banking77", training: 9003, validation: 1000, test: 3080, classes: [:]),
    Expectation(file: "agnews", training: 9001, validation: 1000, test: 7600, classes: [:]),
    Expectation(
      file: "cb", training: 225, validation: 25, test: 56,
      classes: ["contradiction": 119, "entailment": 115, "neutral": 16]),
    Expectation(
      file: "boolq", training: 1800, validation: 200, test: 3270,
      classes: ["True": 1241, "False": 759]),
    Expectation(
      file: "glue-rte", training: 2241, validation: 249, test: 277,
      classes: ["entailment": 1249, "not_entailment": 1241]),
    Expectation(file: "glue-mrpc", training: 3294, validation: 374, test: 408, classes: [:]),
    Expectation(file: "glue-stsb", training: 5166, validation: 583, test: 1500, classes: nil),
    Expectation(file: "glue-qnli", training: 9429, validation: 1048, test: 5463, classes: [:]),
    Expectation(file: "glue-wnli", training: 571, validation: 64, test: 71, classes: [:]),
    Expectation(file: "glue-wsc", training: 495, validation: 59, test: 104, classes: [:]),
    Expectation(file: "glue-copa", training: 360, validation: 40, test: 100, classes: [:]),
  ]

  @Test(arguments: expectations)
  func countsAreThoseOfTheDataSet(expected: Expectation) throws {
    let task = try DownstreamTask(
      named: Fixtures.url("tasks/\(expected.file).yaml").path())
    let data = try task.data()
    #expect(data.training.count == expected.training)
    #expect(data.validation.count == expected.validation)
    #expect(try task.testExamples().count == expected.test)
    guard let classes = expected.classes else { return }
    if expected.file == "banking77" { #expect(data.labels.count == 77) }
    var counts: [String: Int] = [:]
    for example in data.training + data.validation {
      guard case .category(let number) = example.target else { continue }
      counts[data.labels[number], default: 0] += 1
    }
    if !classes.isEmpty { #expect(counts == classes) }
  }

  /// The means of the scores, and equal targets from `2.2` and `2.200000047683716`.
  @Test func similarityScoresAreReadExactly() throws {
    func targets(_ examples: [Example]) -> [Float] {
      examples.compactMap { example in
        guard case .value(let value) = example.target else { return nil }
        return value
      }
    }
    let table = try DownstreamTask(named: Fixtures.url("tasks/stsb.yaml").path()).data()
    let lines = try DownstreamTask(named: Fixtures.url("tasks/glue-stsb.yaml").path())
    let scores = targets(table.training)
    let mean = scores.reduce(0) { $0 + Double($1) } / Double(scores.count)
    #expect((mean * 1000).rounded() / 1000 == 2.701)
    #expect(targets(table.validation) == targets(try lines.testExamples()))
    let glue = try lines.data()
    #expect(targets(glue.training + glue.validation).sorted() == scores.sorted())
  }

  /// The GLUE mirror and the official table hold the same examples.
  @Test func bothCopiesOfTheEntailmentTaskAreEqual() throws {
    let table = try DownstreamTask(named: Fixtures.url("tasks/rte.yaml").path()).data()
    let lines = try DownstreamTask(named: Fixtures.url("tasks/glue-rte.yaml").path()).data()
    #expect(
      Set(table.training + table.validation) == Set(lines.training + lines.validation))
  }

  /// The presets read the official layout, which the mirror has under other file names.
  @Test func presetsReadTheOfficialLayout() throws {
    let folder = try TemporaryFolder()
    for (set, names) in [
      ("rte", ["train_copy.tsv", "dev.tsv"]), ("sst2", ["train_full.tsv", "dev.tsv"]),
    ] {
      let target = try folder.makeFolder(set == "rte" ? "RTE" : "SST-2")
      for (name, official) in zip(names, ["train.tsv", "dev.tsv"]) {
        let source = try #require(Fixtures.sharedData("\(set)/\(name)"))
        try FileManager.default.createSymbolicLink(
          atPath: "\(target)/\(official)", withDestinationPath: source.path())
      }
      let task = try DownstreamTask(named: "\(set):\(folder.path)")
      let same = try DownstreamTask(named: Fixtures.url("tasks/\(set).yaml").path())
      #expect(try task.data().training == same.data().training)
      #expect(try task.testExamples() == same.testExamples())
    }
  }
}
