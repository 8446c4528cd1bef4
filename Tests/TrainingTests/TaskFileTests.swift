import Foundation
import Testing

@testable import Training

@Suite struct TaskFileTests {
  private func task(_ yaml: String) throws -> DownstreamTask {
    try TaskFile(path: "folder/my-task.yaml", text: yaml).task()
  }

  private func files(_ source: SplitSource?) throws -> [DataFile] {
    guard case .files(let files) = source else {
      Issue.record("expected files")
      return []
    }
    return files
  }

  @Test func aShortFileHasTheUsualDefaults() throws {
    let task = try task(
      """
      kind: classification
      metric: accuracy
      columns: {text: sentence, label: label}
      train: train.tsv
      """)
    #expect(task.name == "my-task")
    #expect(task.labels == nil)
    #expect(task.test == nil)
    guard case .share(0.1, seed: 0) = task.validation else {
      Issue.record("expected a tenth")
      return
    }
    let file = try #require(try files(task.training).first)
    #expect(file.path == "folder/train.tsv")
    #expect(
      file.layout
        == DataLayout(
          format: .tsv, hasHeader: true, quoting: DataLayout.Quoting.none, encoding: .utf8,
          columns: ColumnSet(text: [.name("sentence")], label: .name("label"))))
  }

  @Test func everyKeyIsRead() throws {
    let task = try task(
      """
      name: mine
      kind: pair-regression
      metric: mean(pearson, spearman)
      header: no
      encoding: latin-1
      extra-columns: ignore
      columns: {text: [1, 2], pair: 3, label: 4}
      train: [a.csv, /b/b.tsv]
      validation: {share: 0.2, seed: 7}
      test: {file: t.data, format: csv, quoting: none, columns: {text: 4, pair: 3, label: 1}}
      """)
    #expect(task.name == "mine")
    #expect(task.kind == .pairRegression)
    let training = try files(task.training)
    #expect(training.map(\.path) == ["folder/a.csv", "/b/b.tsv"])
    #expect(training.map(\.layout.format) == [.csv, .tsv])
    #expect(training.map(\.layout.quoting) == [.csv, .none])
    #expect(training[0].layout.encoding == .latin1)
    #expect(training[0].layout.columns.text == [.number(1), .number(2)])
    let test = try #require(try files(task.test).first)
    #expect(test.layout.format == .csv)
    #expect(test.layout.quoting == DataLayout.Quoting.none)
    #expect(test.layout.hasHeader == false)
    #expect(test.layout.ignoresExtraColumns)
    #expect(test.layout.columns.label == .number(1))
    guard case .share(0.2, seed: 7) = task.validation else {
      Issue.record("expected a fifth")
      return
    }
  }

  @Test func labelsAreNamesOrSpellingsOfNames() throws {
    func labels(_ text: String) throws -> LabelScheme? {
      try task(
        """
        kind: classification
        metric: accuracy
        labels: \(text)
        columns: {text: a, label: b}
        train: train.csv
        """
      ).labels
    }
    #expect(try labels("[no, yes]")?.names == ["no", "yes"])
    let mapped = try #require(try labels("{0: no, 1: yes, maybe: yes, true: no}"))
    #expect(mapped.names == ["no", "yes"])
    #expect(mapped.number(of: "maybe") == 1)
    #expect(mapped.number(of: "true") == 0)
    #expect(mapped.number(of: "2") == nil)
  }

  @Test func labelsThatAreNotNamedAreCollectedInOrder() {
    #expect(LabelScheme(collectedFrom: ["b", "a", "b"]).names == ["a", "b"])
    #expect(LabelScheme(collectedFrom: ["10", "2", "1"]).names == ["1", "2", "10"])
  }

  /// One row for each way in which a task file can be wrong.
  @Test(arguments: TaskFileErrorTable.rows)
  func wrongFilesAreExplained(row: TaskFileErrorTable.Row) {
    #expect {
      try task(row.yaml)
    } throws: { error in
      if "\(error)" != row.sentence { Issue.record("got: \(error)") }
      return "\(error)" == row.sentence
    }
  }
}

enum TaskFileErrorTable {
  struct Row: Sendable, CustomTestStringConvertible {
    let id: String
    let yaml: String
    let sentence: String

    var testDescription: String { id }
  }

  private static let start = "kind: classification\nmetric: accuracy\n"
  private static let columns = "columns: {text: a, label: b}\n"
  private static let good = "\(start)\(columns)train: t.csv\n"

  static let rows: [Row] = [
    Row(
      id: "not yaml", yaml: "kind: [classification\n",
      sentence: "folder/my-task.yaml:2:1: the YAML is broken: did not find expected ',' or ']'."),
    Row(
      id: "empty", yaml: "",
      sentence: "folder/my-task.yaml: the file is empty, expected a task.\n"
        + "  docs/tasks.md shows every key."),
    Row(
      id: "twice", yaml: "\(good)metric: f1\n",
      sentence: "folder/my-task.yaml:2:1: the key 'metric' stands twice in one mapping. Remove one "
        + "of them."),
    Row(
      id: "a list", yaml: "- a\n",
      sentence: "folder/my-task.yaml:1:1: 'the file' must be a mapping of keys to values, got a "
        + "list."),
    Row(
      id: "unknown key", yaml: "\(good)metrik: f1\n",
      sentence: "folder/my-task.yaml:5:1: unknown key 'metrik'. Did you mean 'metric'?\n"
        + "  Keys: format, header, quoting, encoding, columns, extra-columns, name, kind, metric, "
        + "labels, train, validation, test."),
    Row(
      id: "no kind", yaml: "metric: accuracy\n",
      sentence: "folder/my-task.yaml:1:1: key 'kind' is missing.\n"
        + "  It says one of: classification, pair-classification, regression, pair-regression."),
    Row(
      id: "no train", yaml: "\(start)\(columns)",
      sentence: "folder/my-task.yaml:1:1: key 'train' is missing.\n"
        + "  It says the file of training examples."),
    Row(
      id: "wrong kind", yaml: "kind: clasification\n",
      sentence: "folder/my-task.yaml:1:7: 'kind' cannot be 'clasification'. Did you mean "
        + "'classification'?\n"
        + "  Choices: classification, pair-classification, regression, pair-regression."),
    Row(
      id: "kind is a list", yaml: "kind: [a]\n",
      sentence: "folder/my-task.yaml:1:7: 'kind' must be text, got a list."),
    Row(
      id: "unknown metric",
      yaml: "kind: classification\nmetric: mean(accuracy, f2)\n\(columns)"
        + "train: t.csv\n",
      sentence: "folder/my-task.yaml:2:9: unknown metric 'f2'. Did you mean 'f1'?\n"
        + "  Metrics: accuracy, f1, macro-f1, matthews, pearson, spearman, and means such as "
        + "mean(accuracy, f1)."),
    Row(
      id: "unsuited metric", yaml: "kind: regression\nmetric: accuracy\n\(columns)train: t.csv\n",
      sentence: "folder/my-task.yaml:2:9: metric 'accuracy' needs classes, the task's kind is "
        + "regression."),
    Row(
      id: "header", yaml: "\(good)header: maybe\n",
      sentence: "folder/my-task.yaml:5:9: 'header' must be yes or no, got 'maybe'."),
    Row(
      id: "quoting", yaml: "\(good)quoting: off\n",
      sentence: "folder/my-task.yaml:5:10: 'quoting' cannot be 'off'.\n  Choices: none, csv."),
    Row(
      id: "encoding", yaml: "\(good)encoding: utf8\n",
      sentence: "folder/my-task.yaml:5:11: 'encoding' cannot be 'utf8'. Did you mean 'utf-8'?\n"
        + "  Choices: utf-8, latin-1."),
    Row(
      id: "extra columns", yaml: "\(good)extra-columns: skip\n",
      sentence: "folder/my-task.yaml:5:16: 'extra-columns' cannot be 'skip'.\n"
        + "  Choices: refuse, ignore."),
    Row(
      id: "unknown ending", yaml: "\(start)\(columns)train: t.txt\n",
      sentence: "folder/my-task.yaml:1:1: key 'format' is missing.\n"
        + "  It says how 't.txt' is to be read, one of: tsv, csv, jsonl, json, labelled."),
    Row(
      id: "no columns", yaml: "\(start)train: t.csv\n",
      sentence: "folder/my-task.yaml:1:1: key 'columns' is missing.\n"
        + "  It says which column holds what: {text: …, label: …}."),
    Row(
      id: "unknown column key", yaml: "\(start)columns: {txt: a, label: b}\ntrain: t.csv\n",
      sentence: "folder/my-task.yaml:3:11: unknown key 'txt'. Did you mean 'text'?\n"
        + "  Keys: text, pair, label."),
    Row(
      id: "pair in a single task",
      yaml: "\(start)columns: {text: a, pair: c, label: b}\ntrain: t.csv\n",
      sentence: "folder/my-task.yaml:3:26: 'columns' names a 'pair', but the kind is "
        + "classification.\n  Say 'kind: pair-classification', or remove 'pair'."),
    Row(
      id: "no pair in a pair task",
      yaml: "kind: pair-regression\nmetric: pearson\n\(columns)train: t.csv\n",
      sentence: "folder/my-task.yaml:3:10: the kind is pair-regression, but 'columns' names no "
        + "'pair'.\n  Add the column of the second text: columns: {text: …, pair: …, label: …}."),
    Row(
      id: "column zero", yaml: "\(start)columns: {text: 0, label: b}\ntrain: t.csv\n",
      sentence: "folder/my-task.yaml:3:17: 'text' must be a name, or a number counted from 1, got "
        + "'0'."),
    Row(
      id: "no text columns", yaml: "\(start)columns: {text: [], label: b}\ntrain: t.csv\n",
      sentence: "folder/my-task.yaml:3:17: 'text' must be a column, or a list of columns, got a "
        + "list."),
    Row(
      id: "labels of a regression",
      yaml: "kind: regression\nmetric: pearson\nlabels: [a]\n\(columns)train: t.csv\n",
      sentence: "folder/my-task.yaml:3:9: 'labels' are names of classes, but the task is a "
        + "regression.\n  Remove 'labels', or change 'kind'."),
    Row(
      id: "labels twice", yaml: "\(good)labels: [a, b, a]\n",
      sentence: "folder/my-task.yaml:5:16: label 'a' is listed twice."),
    Row(
      id: "labels as text", yaml: "\(good)labels: a\n",
      sentence: "folder/my-task.yaml:5:9: 'labels' must be a list of names, or a mapping from what "
        + "stands in the files to names, got 'a'."),
    Row(
      id: "share", yaml: "\(good)validation: {share: 1.5}\n",
      sentence: "folder/my-task.yaml:5:21: 'share' must be a number above 0.0 and below 1.0, got "
        + "'1.5'."),
    Row(
      id: "seed", yaml: "\(good)validation: {seed: -1}\n",
      sentence: "folder/my-task.yaml:5:20: 'seed' must be a whole number from 0, got '-1'."),
    Row(
      id: "split without file", yaml: "\(start)\(columns)train: {format: csv}\n",
      sentence: "folder/my-task.yaml:4:8: key 'file' is missing.\n"
        + "  It says the data file, or a list of them."),
    Row(
      id: "empty list of files", yaml: "\(start)\(columns)train: []\n",
      sentence: "folder/my-task.yaml:4:8: 'train' must be a path, or a list of paths, got a list."),
    Row(
      id: "no value", yaml: "\(start)\(columns)train:\n",
      sentence: "folder/my-task.yaml:4:7: 'train' must be text, got nothing."),
  ]
}
