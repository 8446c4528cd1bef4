import Foundation
import TestSupport
import Testing

@testable import Training

@Suite struct DownstreamTaskTests {
  private func write(
    _ folder: TemporaryFolder, _ task: String, train: String, test: String? = nil
  ) throws -> DownstreamTask {
    _ = try folder.write(train, to: "train.tsv")
    if let test { _ = try folder.write(test, to: "test.tsv") }
    return try DownstreamTask(
      named: try folder.write(
        "metric: accuracy\ncolumns: {text: text, label: label}\ntrain: train.tsv\n"
          + (test == nil ? "" : "test: test.tsv\n") + task, to: "task.yaml"))
  }

  private func rows(_ count: Int) -> String {
    "text\tlabel\n" + (0..<count).map { "text \($0)\t\($0 % 3 == 0 ? "yes" : "no")\n" }.joined()
  }

  @Test func aTenthOfTrainingBecomesValidationTheSameEveryTime() throws {
    let folder = try TemporaryFolder()
    let task = try write(folder, "kind: classification\n", train: rows(101))
    let data = try task.data()
    #expect(data.labels == ["no", "yes"])
    #expect(data.validation.count == 10)
    #expect(data.training.count == 91)
    #expect(Set(data.training).isDisjoint(with: data.validation))
    #expect(try task.data().validation == data.validation)
    var other = task
    other.validation = .share(0.1, seed: 1)
    #expect(try other.data().validation != data.validation)
    let positions = data.training.compactMap { Int($0.text.dropFirst(5)) }
    #expect(positions == positions.sorted())
  }

  @Test func tinyTasksKeepOneExampleOnEachSide() throws {
    let folder = try TemporaryFolder()
    let two = try write(folder, "kind: classification\n", train: rows(2))
    #expect(try two.data().validation.count == 1)
    let one = try write(folder, "kind: classification\nlabels: [yes, no]\n", train: rows(1))
    #expect(throws: TaskError.tooFewExamples(task: "task", needed: 2, got: 1)) {
      try one.data()
    }
  }

  @Test func dataErrorsNameTheirPlace() throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/train.tsv"
    let labelled = try write(
      folder, "kind: classification\nlabels: [yes, no]\n",
      train: "text\tlabel\na\tyes\nb\tnope\n")
    #expect(
      throws: TaskError.unknownLabel(
        place: FilePlace(path, line: 3), label: "nope", known: ["yes", "no"])
    ) { try labelled.data() }
    let one = try write(
      folder, "kind: classification\n", train: "text\tlabel\na\tyes\nb\tyes\n")
    #expect(throws: TaskError.oneClassOnly(path: path, label: "yes")) { try one.data() }
    let none = try write(
      folder, "kind: classification\nlabels: [yes, no]\n", train: "text\tlabel\n")
    #expect(throws: TaskError.noExamples(path: path)) { try none.data() }
    #expect(throws: TaskError.noTestFile(task: "task")) { try none.testExamples() }
    let column = try write(folder, "kind: classification\n", train: "txt\tlabel\na\tyes\n")
    #expect(
      throws: TaskError.columnMissing(
        place: FilePlace(path, line: 1), column: "text", present: ["txt", "label"])
    ) { try column.data() }
    let twice = try write(folder, "kind: classification\n", train: "text\ttext\tlabel\na\tb\tc\n")
    #expect(
      throws: TaskError.columnAmbiguous(place: FilePlace(path, line: 1), column: "text")
    ) { try twice.data() }
  }

  @Test func metricsThatNeedTwoClassesRefuseThree() throws {
    let folder = try TemporaryFolder()
    _ = try folder.write("text\tlabel\na\t0\nb\t1\nc\t2\n", to: "train.tsv")
    let task = try DownstreamTask(
      named: try folder.write(
        "kind: classification\nmetric: f1\ncolumns: {text: text, label: label}\n"
          + "train: train.tsv\n", to: "task.yaml"))
    #expect(
      throws: TaskError.wrongLabelCount(
        task: "task", metric: "f1", expected: "exactly two classes", got: 3)
    ) { try task.data() }
  }

  @Test func textsForPredictionNeedNoLabels() throws {
    let folder = try TemporaryFolder()
    let task = try write(folder, "kind: classification\n", train: rows(9))
    let bare = try folder.write("text\nfirst\nsecond\n", to: "bare.tsv")
    #expect(
      try task.examples(inFile: bare, withLabels: false)
        == [Example(text: "first"), Example(text: "second")])
    let hidden = try folder.write("text\tlabel\nfirst\t-1\n", to: "hidden.tsv")
    #expect(
      try task.examples(inFile: hidden, withLabels: false) == [Example(text: "first")])
    let full = try folder.write("text\tlabel\nfirst\tyes\n", to: "full.tsv")
    #expect(
      try task.examples(inFile: full, withLabels: true)
        == [Example(text: "first", target: .category(1))])
  }

  @Test func namesLeadToTasks() throws {
    #expect(try DownstreamTask(named: "nli2").kind == .pairClassification)
    #expect(try DownstreamTask(named: "val").kind == .regression)
    #expect(throws: TaskError.presetWithoutFolder(name: "rte")) {
      try DownstreamTask(named: "rte")
    }
    #expect(throws: TaskError.unknownTask(name: "nli3", choices: DownstreamTask.names)) {
      try DownstreamTask(named: "nli3")
    }
    #expect {
      try DownstreamTask(named: "missing.yaml")
    } throws: { "\($0)".contains("missing.yaml") }
  }

  @Test func generatedTasksGiveTheirSizes() throws {
    let task = try DownstreamTask(named: "nli2")
    let data = try task.data()
    #expect(data.training.count == 1000)
    #expect(data.validation.count == 1000)
    #expect(try task.testExamples().count == 2000)
    #expect(data.labels.count == 3)
    #expect(throws: TaskError.generatedTaskHasNoLayout(task: "nli2")) {
      try task.examples(inFile: "x", withLabels: false)
    }
  }

  /// Each preset against miniatures of its official files.
  @Test(arguments: PresetMiniature.all)
  func presetsReadTheirOfficialLayout(miniature: PresetMiniature) throws {
    let folder = try TemporaryFolder()
    _ = try folder.makeFolder(miniature.folder)
    for (name, text) in miniature.files {
      _ = try folder.write(text, to: "\(miniature.folder)/\(name)")
    }
    let task = try DownstreamTask(named: "\(miniature.name):\(folder.path)")
    let data = try task.data()
    #expect(Set(data.training + data.validation) == Set(miniature.training))
    #expect(try task.testExamples() == miniature.test)
    let direct = "\(folder.path)/\(miniature.folder)"
    #expect(try DownstreamTask(named: "\(miniature.name):\(direct)").data() == data)
  }

  @Test func everyPresetHasAMiniatureAndEveryFileAPreset() throws {
    #expect(
      Set(PresetMiniature.all.map(\.name)) == Set(TaskRegistry.presets.map { $0.name }))
    let folder = Fixtures.packageRoot.appending(path: "Sources/Training/Tasks/Catalog")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path())
      .map { $0.replacing(".swift", with: "") }.filter { $0 != "TaskRegistry" }
    #expect(Set(names) == Set(TaskRegistry.presets.map { "\($0)" }))
    for preset in TaskRegistry.presets {
      #expect(!preset.summary.isEmpty)
      let metric = try TaskMetric(preset.metric)
      #expect(metric.unsuited(classCount: preset.labels?.names.count) == nil)
    }
  }

  @Test func aMissingPresetFileNamesWhatWasTried() throws {
    let folder = try TemporaryFolder()
    let path = folder.path
    #expect(
      throws: TaskError.presetFileMissing(
        name: "rte", folder: path, tried: ["\(path)/RTE/train.tsv", "\(path)/train.tsv"])
    ) { try DownstreamTask(named: "rte:\(path)") }
  }
}
