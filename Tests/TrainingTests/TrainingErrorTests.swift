import Foundation
import Testing

@testable import Training

/// The exact sentence of every error that is not already in another table.
@Suite struct TrainingErrorTests {
  struct Row: Sendable, CustomTestStringConvertible {
    let id: String
    let text: String
    let sentence: String

    init(_ id: String, _ error: some Error & CustomStringConvertible, _ sentence: String) {
      self.id = id
      self.text = error.description
      self.sentence = sentence
    }

    var testDescription: String { id }
  }

  private static let place = FilePlace("a.tsv", line: 7)

  static let taskRows: [Row] = [
    Row(
      "unknown task", TaskError.unknownTask(name: "nli", choices: ["nli2", "rte:FOLDER"]),
      "unknown task 'nli'. Did you mean 'nli2'?\n"
        + "  Tasks: nli2, rte:FOLDER, or the path of a task file (.yaml)."),
    Row(
      "preset without folder", TaskError.presetWithoutFolder(name: "rte"),
      "task 'rte' needs the folder of its data.\n"
        + "  Write --task rte:FOLDER, where FOLDER holds the GLUE sets in their official layout."),
    Row(
      "preset file", TaskError.presetFileMissing(name: "rte", folder: "d", tried: ["d/x", "d/y"]),
      "task 'rte': no data in folder 'd'.\n  Expected one of: d/x, d/y."),
    Row(
      "not yaml", TaskError.notYAML(reason: "t.yaml:1:1: what."), "t.yaml:1:1: what."),
    Row(
      "no test", TaskError.noTestFile(task: "t"),
      "task 't' has no test file, so there is nothing to open for a final score.\n"
        + "  Add 'test: FILE' to the task file."),
    Row(
      "generated", TaskError.generatedTaskHasNoLayout(task: "nli2"),
      "task 'nli2' is generated, so it says nothing on how to read a file.\n"
        + "  Name the task file whose layout the file has."),
    Row(
      "label count",
      TaskError.wrongLabelCount(task: "t", metric: "f1", expected: "exactly two classes", got: 3),
      "task 't': metric 'f1' needs exactly two classes, the training file has 3 labels.\n"
        + "  Choose another metric, such as accuracy or macro-f1, or correct 'labels'."),
    Row(
      "too few", TaskError.tooFewExamples(task: "t", needed: 2, got: 1),
      "task 't': training and validation need at least 2 examples, got 1.\n"
        + "  A tenth of the training file becomes the validation set where there is no other."),
  ]

  static let fileRows: [Row] = [
    Row(
      "missing file", TaskError.dataFileMissing(path: "a.tsv", namedIn: "t.yaml"),
      "no file 'a.tsv', which t.yaml names.\n"
        + "  Paths in a task file are relative to the task file."),
    Row(
      "unreadable", TaskError.unreadable(path: "a.tsv", reason: "Is a directory"),
      "cannot read 'a.tsv': Is a directory.\n  Check the path and its permissions."),
    Row(
      "no examples", TaskError.noExamples(path: "a.tsv"),
      "a.tsv: expected examples, the file has none.\n"
        + "  Check the path, and 'header' if its only line is an example."),
    Row(
      "gzip", TaskError.compressed(path: "a.gz"),
      "a.gz is compressed (gzip), expected text.\n  Unpack it first: gunzip 'a.gz'."),
    Row(
      "utf-16", TaskError.utf16(path: "a.tsv"),
      "a.tsv is UTF-16 text, expected UTF-8 or Latin-1.\n"
        + "  Convert it: iconv -f UTF-16 -t UTF-8."),
    Row(
      "not utf-8", TaskError.notUTF8(place: place, byte: 0xE9),
      "a.tsv:7: byte 0xE9 is not UTF-8.\n"
        + "  If the file is Latin-1, say 'encoding: latin-1' in the task file."),
    Row(
      "blank line", TaskError.blankLine(place: place),
      "a.tsv:7: expected an example, got a blank line.\n"
        + "  Remove the line; blank lines are accepted only at the end of a file."),
    Row(
      "too many fields", TaskError.fieldCount(place: place, expected: 2, firstLine: 1, got: 4),
      "a.tsv:7: expected 2 fields as in line 1, got 4.\n"
        + "  If the fields beyond these carry nothing, say 'extra-columns: ignore'."),
    Row(
      "too few fields", TaskError.fieldCount(place: place, expected: 2, firstLine: 1, got: 1),
      "a.tsv:7: expected 2 fields as in line 1, got 1.\n"
        + "  Check the separator ('format') and 'quoting'."),
    Row(
      "open quote", TaskError.unterminatedQuote(place: place),
      "a.tsv:7: a quoted field that starts here has no closing quote.\n"
        + "  If quotes are plain characters in this file, say 'quoting: none'."),
    Row(
      "text after quote", TaskError.textAfterQuote(place: place),
      "a.tsv:7: expected a separator or the end of the line after a closing quote, got text.\n"
        + "  A quote inside a quoted field is written twice; with plain quotes say "
        + "'quoting: none'."),
    Row(
      "json", TaskError.json(place: FilePlace("a.jsonl", line: 2, column: 5), problem: "what."),
      "a.jsonl:2:5: what."),
    Row(
      "not a list", TaskError.notAList(path: "a.json", got: "an object"),
      "a.json: expected a JSON list of examples, got an object.\n"
        + "  With one object a line, say 'format: jsonl'."),
    Row(
      "not an object",
      TaskError.notAnObject(place: FilePlace("a.json", example: 3), got: "the number 1"),
      "a.json: example 3: expected a JSON object, got the number 1.\n"
        + "  Each example must be one JSON object."),
  ]

  static let columnRows: [Row] = [
    Row(
      "column", TaskError.columnMissing(place: place, column: "lable", present: ["text", "label"]),
      "a.tsv:7: no column 'lable'. Did you mean 'label'?\n  Columns: 'text', 'label'."),
    Row(
      "many columns",
      TaskError.columnMissing(place: place, column: "x", present: (1...14).map { "c\($0)" }),
      "a.tsv:7: no column 'x'.\n"
        + "  Columns: 'c1', 'c2', 'c3', 'c4', 'c5', 'c6', 'c7', 'c8', 'c9', 'c10', 'c11', 'c12' "
        + "and 2 more."),
    Row(
      "ambiguous column", TaskError.columnAmbiguous(place: place, column: "text"),
      "a.tsv:7: column 'text' occurs more than once.\n  Rename one of them, or name the column of a "
        + "task file by its number."),
    Row(
      "column number", TaskError.columnBeyondRow(place: place, number: 5, count: 2),
      "a.tsv:7: no column 5, the line has 2.\n"
        + "  Columns count from 1; check the separator ('format')."),
    Row(
      "no header", TaskError.columnNameWithoutHeader(path: "a.tsv", column: "text"),
      "a.tsv: column 'text' is named, but the file has no header line.\n"
        + "  Give the column's number, counted from 1, or say 'header: yes'."),
    Row(
      "number in json", TaskError.columnNumberInJSON(path: "a.jsonl", number: 1),
      "a.jsonl: column 1 is a number, but JSON examples have names only.\n"
        + "  Give the key's name."),
    Row(
      "not text", TaskError.valueNotText(place: place, column: "target", got: "an object"),
      "a.tsv:7: 'target' must be text, a number or true/false, got an object.\n"
        + "  Name a key inside it with a dot, such as 'target.text'."),
    Row(
      "label", TaskError.unknownLabel(place: place, label: "ye", known: ["yes", "no"]),
      "a.tsv:7: unknown label 'ye'. Did you mean 'yes'?\n  Labels: 'yes', 'no'."),
    Row(
      "number", TaskError.labelNotNumber(place: place, got: "high"),
      "a.tsv:7: expected a finite number as target, got 'high'.\n"
        + "  For names instead of numbers, say 'kind: classification'."),
    Row(
      "one class", TaskError.oneClassOnly(path: "a.tsv", label: "x"),
      "a.tsv: every example has the label 'x', at least two labels are needed.\n"
        + "  Check which column is 'label'."),
  ]

  static let trialRows: [Row] = [
    Row(
      "no folder", TrialError.missingDirectory("trials/0001"),
      "no folder 'trials/0001' for the trial's files. The controller makes it before a trial "
        + "starts; make it first."),
    Row(
      "no pooler", TrialError.noPooler(.trainedPooler),
      "head 'trained-pooler' needs a pooler, and the checkpoint has none. Choose --head token or "
        + "two-layer."),
    Row(
      "setting", TrialError.impossibleSetting(name: "epochs", expected: "at least 1", got: "0"),
      "training: 'epochs' must be at least 1, got 0."),
    Row(
      "result", TrialError.damagedResult(path: "result.json", reason: "why"),
      "result.json: expected a trial's result, got other content (why). Remove the file to train "
        + "the trial anew."),
    Row(
      "checkpoint", TrialError.damagedCheckpoint(path: "c", reason: "why"),
      "c: the checkpoint is damaged (why)."),
    Row(
      "foreign checkpoint", TrialError.foreignCheckpoint(path: "c"),
      "c: the checkpoint belongs to another training. Remove it to start this one anew."),
    Row(
      "not an adapter", TrialError.notAnAdapter(path: "a", missing: "autopeft"),
      "a: expected an adapter of autopeft, but its header has no 'autopeft'. Use 'autopeft import' "
        + "for adapters of other programs."),
    Row(
      "damaged adapter", TrialError.damagedAdapter(path: "a", reason: "why"),
      "a: the adapter's header is damaged (why). Train or export it anew."),
    Row(
      "other task", TrialError.adapterOfOtherTask(adapter: "'a', 'b'", task: "numbers"),
      "the adapter answers with 'a', 'b', the task asks for numbers. Name the task that it was "
        + "trained on."),
    Row(
      "embedded", TrialError.embeddedMissing(folder: "/x"),
      "the embedded backbone is not in '/x', where the program expects it. Build the program anew, "
        + "or name another --backbone."),
    Row(
      "trace exists", TraceError.exists("t"),
      "trace: 't' exists already. Name a folder that does not, or remove it."),
    Row(
      "trace of a resumed training", TraceError.alreadyTrained,
      "trace: a trace begins with the first step, and the folder of --output holds a training that "
        + "has taken some already. Name a new one."),
    Row(
      "tokenizer", TrialError.tokenizerTooLarge(tokens: 10, rows: 5),
      "the tokenizer has 10 tokens, the backbone 5 embeddings. Do both belong to the same "
        + "checkpoint?"),
    Row(
      "loss", TrainingFailure.lossNotFinite(step: 87, learningRate: 0.03),
      "loss is not finite at step 87 (learning rate 0.03)"),
    Row(
      "gradient", TrainingFailure.gradientNotFinite(step: 2, learningRate: 1e-3),
      "gradient is not finite at step 2 (learning rate 0.001)"),
    Row(
      "diverged",
      TrainingFailure.diverged(
        step: 9, learningRate: 0.5, mean: 20.12345, window: 9, constant: 0.6931),
      "loss diverges at step 9 (learning rate 0.5): the mean of the last 9 steps is 20.123, that "
        + "of a constant answer is 0.693"),
    Row(
      "output", TrainingFailure.outputNotFinite(step: 4, learningRate: 1),
      "output is not finite after step 4 (learning rate 1.0)"),
  ]

  @Test(arguments: taskRows + fileRows + columnRows + trialRows)
  func sentencesAreExact(row: Row) {
    #expect(row.text == row.sentence)
  }
}
