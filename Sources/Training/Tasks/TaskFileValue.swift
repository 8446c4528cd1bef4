internal import SearchSpaces

/// One value of a task file that knows its key and its place.
struct TaskFileValue {
  let yaml: MarkedYAML
  let key: String
  let file: String

  /// An error at the value's place.
  func fault(_ problem: TaskFileProblem) -> TaskError {
    .taskFile(place: FilePlace(file, line: yaml.line, column: yaml.column), problem: problem)
  }

  /// An error that says what was expected here.
  func wrong(_ expected: String) -> TaskError {
    fault(.wrongValue(key: key, expected: expected, got: words))
  }

  /// Text that is not empty.
  func text() throws(TaskError) -> String {
    guard case .scalar(let text) = yaml.content, !text.isEmpty else { throw wrong("text") }
    return text
  }

  /// `yes` or `no`, also spelled `true` or `false`.
  func flag() throws(TaskError) -> Bool {
    guard case .scalar(let text) = yaml.content else { throw wrong("yes or no") }
    switch text.lowercased() {
    case "yes", "true": return true
    case "no", "false": return false
    default: throw wrong("yes or no")
    }
  }

  /// A number strictly between two others.
  func number(above lower: Double, below upper: Double) throws(TaskError) -> Double {
    guard case .scalar(let text) = yaml.content, let number = Double(text),
      number > lower, number < upper
    else { throw wrong("a number above \(lower) and below \(upper)") }
    return number
  }

  /// A whole number from 0.
  func count() throws(TaskError) -> Int {
    guard case .scalar(let text) = yaml.content, let number = Int(text), number >= 0 else {
      throw wrong("a whole number from 0")
    }
    return number
  }

  /// One of an enumeration's words.
  func word<Word: RawRepresentable<String> & CaseIterable>() throws(TaskError) -> Word {
    let text = try text()
    guard let word = Word(rawValue: text) else {
      throw fault(
        .unknownWord(key: key, got: text, choices: Word.allCases.map { $0.rawValue }))
    }
    return word
  }

  private var words: String {
    switch yaml.content {
    case .scalar(let text): text.isEmpty ? "nothing" : "'\(text)'"
    case .sequence: "a list"
    case .mapping: "a mapping"
    }
  }
}

/// A mapping of a task file with only known keys.
struct TaskFileMapping {
  private let entries: [MarkedYAML.Entry]
  private let file: String
  private let line: Int
  private let column: Int

  /// Checks that a value is a mapping with known keys.
  init(_ yaml: MarkedYAML, key: String, file: String, keys: [String]) throws(TaskError) {
    guard case .mapping(let entries) = yaml.content else {
      throw TaskFileValue(yaml: yaml, key: key, file: file).wrong("a mapping of keys to values")
    }
    for entry in entries where !keys.contains(entry.key) {
      throw .taskFile(
        place: FilePlace(file, line: entry.line, column: entry.column),
        problem: .unknownKey(entry.key, choices: keys))
    }
    self.entries = entries
    self.file = file
    line = yaml.line
    column = yaml.column
  }

  /// The value of a key, if it is there.
  func optional(_ key: String) -> TaskFileValue? {
    entries.first { $0.key == key }.map { TaskFileValue(yaml: $0.value, key: key, file: file) }
  }

  /// The value of a key that must be there.
  func required(_ key: String, _ meaning: String) throws(TaskError) -> TaskFileValue {
    guard let value = optional(key) else {
      throw .taskFile(
        place: FilePlace(file, line: line, column: column),
        problem: .missingKey(key, meaning: meaning))
    }
    return value
  }

  /// The word of a key that must be there.
  func word<Word: RawRepresentable<String> & CaseIterable>(
    _ key: String
  ) throws(TaskError) -> Word {
    let choices = Word.allCases.map { $0.rawValue }.joined(separator: ", ")
    return try required(key, "one of: \(choices)").word()
  }
}
