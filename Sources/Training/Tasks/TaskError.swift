/// What is wrong with a task, its file or its data: where, what was expected, what was found, and
/// what to do.
public enum TaskError: Error, Hashable, Sendable {
  // Naming a task.
  case unknownTask(name: String, choices: [String])
  case presetWithoutFolder(name: String)
  case presetFileMissing(name: String, folder: String, tried: [String])
  // The task file.
  /// What the YAML reader says, with its place.
  case notYAML(reason: String)
  case taskFile(place: FilePlace, problem: TaskFileProblem)
  case noTestFile(task: String)
  case generatedTaskHasNoLayout(task: String)
  case wrongLabelCount(task: String, metric: String, expected: String, got: Int)
  // Reading a data file.
  case dataFileMissing(path: String, namedIn: String)
  case unreadable(path: String, reason: String)
  case noExamples(path: String)
  case tooFewExamples(task: String, needed: Int, got: Int)
  case compressed(path: String)
  case utf16(path: String)
  case notUTF8(place: FilePlace, byte: UInt8)
  case blankLine(place: FilePlace)
  case fieldCount(place: FilePlace, expected: Int, firstLine: Int, got: Int)
  case unterminatedQuote(place: FilePlace)
  case textAfterQuote(place: FilePlace)
  case json(place: FilePlace, problem: String)
  case notAList(path: String, got: String)
  case notAnObject(place: FilePlace, got: String)
  // Columns and labels.
  case columnMissing(place: FilePlace, column: String, present: [String])
  case columnAmbiguous(place: FilePlace, column: String)
  case columnBeyondRow(place: FilePlace, number: Int, count: Int)
  case columnNameWithoutHeader(path: String, column: String)
  case columnNumberInJSON(path: String, number: Int)
  case valueNotText(place: FilePlace, column: String, got: String)
  case unknownLabel(place: FilePlace, label: String, known: [String])
  case labelNotNumber(place: FilePlace, got: String)
  case oneClassOnly(path: String, label: String)
}

/// A place in a file: a line and a column of it, or an example of a JSON list, all counted from 1.
public struct FilePlace: Hashable, Sendable, CustomStringConvertible {
  public var file: String
  public var line: Int?
  public var column: Int?
  /// The number of an element of a JSON list, where lines say nothing.
  public var example: Int?

  public init(_ file: String, line: Int? = nil, column: Int? = nil, example: Int? = nil) {
    self.file = file
    self.line = line
    self.column = column
    self.example = example
  }

  public var description: String {
    let parts = [file] + [line, column].compactMap { $0.map { String($0) } }
    let place = parts.joined(separator: ":")
    return example.map { "\(place): example \($0)" } ?? place
  }
}

/// What is wrong inside a task file.
public enum TaskFileProblem: Hashable, Sendable {
  case empty
  case unknownKey(String, choices: [String])
  case missingKey(String, meaning: String)
  case wrongValue(key: String, expected: String, got: String)
  case unknownWord(key: String, got: String, choices: [String])
  case unknownMetric(String, choices: [String])
  case unsuitedMetric(String, needs: String, kind: String)
  case pairColumn(kind: String, isPresent: Bool)
  case labelsOfRegression
  case repeatedLabel(String)
}
