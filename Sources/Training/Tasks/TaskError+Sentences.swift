extension TaskError: CustomStringConvertible {
  /// One line that says what is wrong and where, then an indented line that says what to do.
  public var description: String {
    let (fault, help) = sentences
    return help.isEmpty ? fault : "\(fault)\n  \(help)"
  }

  private var sentences: (fault: String, help: String) {
    switch self {
    case .unknownTask, .presetWithoutFolder, .notYAML, .presetFileMissing, .taskFile, .noTestFile,
      .generatedTaskHasNoLayout, .wrongLabelCount, .tooFewExamples:
      taskSentences
    case .columnMissing, .columnAmbiguous, .columnBeyondRow, .columnNameWithoutHeader,
      .columnNumberInJSON, .valueNotText, .unknownLabel, .labelNotNumber, .oneClassOnly:
      columnSentences
    default:
      fileSentences
    }
  }

  private var taskSentences: (fault: String, help: String) {
    switch self {
    case .unknownTask(let name, let choices):
      (
        "unknown task '\(name)'.\(Wording.suggestion(for: name, among: choices))",
        "Tasks: \(choices.joined(separator: ", ")), or the path of a task file (.yaml)."
      )
    case .presetWithoutFolder(let name):
      (
        "task '\(name)' needs the folder of its data.",
        "Write --task \(name):FOLDER, where FOLDER holds the GLUE sets in their official layout."
      )
    case .presetFileMissing(let name, let folder, let tried):
      (
        "task '\(name)': no data in folder '\(folder)'.",
        "Expected one of: \(tried.joined(separator: ", "))."
      )
    case .taskFile(let place, let problem):
      problem.sentences(place)
    case .notYAML(let reason):
      (reason, "")
    case .noTestFile(let task):
      (
        "task '\(task)' has no test file, so there is nothing to open for a final score.",
        "Add 'test: FILE' to the task file."
      )
    case .generatedTaskHasNoLayout(let task):
      (
        "task '\(task)' is generated, so it says nothing on how to read a file.",
        "Name the task file whose layout the file has."
      )
    case .wrongLabelCount(let task, let metric, let expected, let got):
      (
        "task '\(task)': metric '\(metric)' needs \(expected), the training file has \(got) labels.",
        "Choose another metric, such as accuracy or macro-f1, or correct 'labels'."
      )
    case .tooFewExamples(let task, let needed, let got):
      (
        "task '\(task)': training and validation need at least \(needed) examples, got \(got).",
        "A tenth of the training file becomes the validation set where there is no other."
      )
    default:
      ("", "")
    }
  }

  private var fileSentences: (fault: String, help: String) {
    switch self {
    case .dataFileMissing(let path, let namedIn):
      (
        "no file '\(path)', which \(namedIn) names.",
        "Paths in a task file are relative to the task file."
      )
    case .unreadable(let path, let reason):
      ("cannot read '\(path)': \(reason).", "Check the path and its permissions.")
    case .noExamples(let path):
      (
        "\(path): expected examples, the file has none.",
        "Check the path, and 'header' if its only line is an example."
      )
    case .compressed(let path):
      ("\(path) is compressed (gzip), expected text.", "Unpack it first: gunzip '\(path)'.")
    case .utf16(let path):
      (
        "\(path) is UTF-16 text, expected UTF-8 or Latin-1.",
        "Convert it: iconv -f UTF-16 -t UTF-8."
      )
    case .notUTF8(let place, let byte):
      (
        "\(place): byte 0x\(Wording.hex(byte)) is not UTF-8.",
        "If the file is Latin-1, say 'encoding: latin-1' in the task file."
      )
    case .blankLine(let place):
      (
        "\(place): expected an example, got a blank line.",
        "Remove the line; blank lines are accepted only at the end of a file."
      )
    case .fieldCount(let place, let expected, let firstLine, let got):
      (
        "\(place): expected \(expected) fields as in line \(firstLine), got \(got).",
        got > expected
          ? "If the fields beyond these carry nothing, say 'extra-columns: ignore'."
          : "Check the separator ('format') and 'quoting'."
      )
    case .unterminatedQuote(let place):
      (
        "\(place): a quoted field that starts here has no closing quote.",
        "If quotes are plain characters in this file, say 'quoting: none'."
      )
    case .textAfterQuote(let place):
      (
        "\(place): expected a separator or the end of the line after a closing quote, got text.",
        "A quote inside a quoted field is written twice; with plain quotes say 'quoting: none'."
      )
    case .json(let place, let problem):
      ("\(place): \(problem)", "")
    case .notAList(let path, let got):
      (
        "\(path): expected a JSON list of examples, got \(got).",
        "With one object a line, say 'format: jsonl'."
      )
    case .notAnObject(let place, let got):
      ("\(place): expected a JSON object, got \(got).", "Each example must be one JSON object.")
    default:
      ("", "")
    }
  }

  private var columnSentences: (fault: String, help: String) {
    switch self {
    case .columnMissing(let place, let column, let present):
      (
        "\(place): no column '\(column)'.\(Wording.suggestion(for: column, among: present))",
        "Columns: \(Wording.list(present))."
      )
    case .columnAmbiguous(let place, let column):
      (
        "\(place): column '\(column)' occurs more than once.",
        "Rename one of them, or name the column of a task file by its number."
      )
    case .columnBeyondRow(let place, let number, let count):
      (
        "\(place): no column \(number), the line has \(count).",
        "Columns count from 1; check the separator ('format')."
      )
    case .columnNameWithoutHeader(let path, let column):
      (
        "\(path): column '\(column)' is named, but the file has no header line.",
        "Give the column's number, counted from 1, or say 'header: yes'."
      )
    case .columnNumberInJSON(let path, let number):
      (
        "\(path): column \(number) is a number, but JSON examples have names only.",
        "Give the key's name."
      )
    case .valueNotText(let place, let column, let got):
      (
        "\(place): '\(column)' must be text, a number or true/false, got \(got).",
        "Name a key inside it with a dot, such as '\(column).text'."
      )
    case .unknownLabel(let place, let label, let known):
      (
        "\(place): unknown label '\(label)'.\(Wording.suggestion(for: label, among: known))",
        "Labels: \(Wording.list(known))."
      )
    case .labelNotNumber(let place, let got):
      (
        "\(place): expected a finite number as target, got '\(got)'.",
        "For names instead of numbers, say 'kind: classification'."
      )
    case .oneClassOnly(let path, let label):
      (
        "\(path): every example has the label '\(label)', at least two labels are needed.",
        "Check which column is 'label'."
      )
    default:
      ("", "")
    }
  }
}

extension TaskFileProblem {
  /// The sentence of the fault at a place, and what to do.
  func sentences(_ place: FilePlace) -> (fault: String, help: String) {
    switch self {
    case .empty:
      ("\(place): the file is empty, expected a task.", "docs/tasks.md shows every key.")
    case .unknownKey(let key, let choices):
      (
        "\(place): unknown key '\(key)'.\(Wording.suggestion(for: key, among: choices))",
        "Keys: \(choices.joined(separator: ", "))."
      )
    case .missingKey(let key, let meaning):
      ("\(place): key '\(key)' is missing.", "It says \(meaning).")
    case .wrongValue(let key, let expected, let got):
      ("\(place): '\(key)' must be \(expected), got \(got).", "")
    case .unknownWord(let key, let got, let choices):
      (
        "\(place): '\(key)' cannot be '\(got)'.\(Wording.suggestion(for: got, among: choices))",
        "Choices: \(choices.joined(separator: ", "))."
      )
    case .unknownMetric(let name, let choices):
      (
        "\(place): unknown metric '\(name)'.\(Wording.suggestion(for: name, among: choices))",
        "Metrics: \(choices.joined(separator: ", ")), and means such as mean(accuracy, f1)."
      )
    case .unsuitedMetric(let name, let needs, let kind):
      ("\(place): metric '\(name)' needs \(needs), the task's kind is \(kind).", "")
    case .pairColumn(let kind, let isPresent):
      isPresent
        ? (
          "\(place): 'columns' names a 'pair', but the kind is \(kind).",
          "Say 'kind: pair-\(kind)', or remove 'pair'."
        )
        : (
          "\(place): the kind is \(kind), but 'columns' names no 'pair'.",
          "Add the column of the second text: columns: {text: …, pair: …, label: …}."
        )
    case .labelsOfRegression:
      (
        "\(place): 'labels' are names of classes, but the task is a regression.",
        "Remove 'labels', or change 'kind'."
      )
    case .repeatedLabel(let label):
      ("\(place): label '\(label)' is listed twice.", "")
    }
  }
}

/// Small pieces of error sentences.
enum Wording {
  /// ` Did you mean 'x'?` for the nearest choice, or nothing.
  ///
  /// Near is within three edits and half of the longer word, so that no letter stands for another.
  static func suggestion(for word: String, among choices: [String]) -> String {
    let nearest = choices.map { ($0, distance(word, $0)) }.min { $0.1 < $1.1 }
    guard let nearest, nearest.1 <= 3, 2 * nearest.1 <= max(word.count, nearest.0.count) else {
      return ""
    }
    return " Did you mean '\(nearest.0)'?"
  }

  /// The first twelve of a list and how many more there are.
  static func list(_ words: [String]) -> String {
    let shown = words.prefix(12).map { "'\($0)'" }.joined(separator: ", ")
    return words.count > 12 ? "\(shown) and \(words.count - 12) more" : shown
  }

  static func hex(_ byte: UInt8) -> String {
    let digits = String(byte, radix: 16, uppercase: true)
    return digits.count == 1 ? "0\(digits)" : digits
  }

  /// Edits (insert, remove, exchange) between two words, letter case apart.
  static func distance(_ first: String, _ second: String) -> Int {
    let a = Array(first.lowercased())
    let b = Array(second.lowercased())
    var row = Array(0...b.count)
    for (i, letter) in a.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, other) in b.enumerated() {
        let above = row[j + 1]
        row[j + 1] = min(above + 1, row[j] + 1, diagonal + (letter == other ? 0 : 1))
        diagonal = above
      }
    }
    return row[b.count]
  }
}
