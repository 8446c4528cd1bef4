/// A place in a file, counted from 1.
public struct SourcePlace: Hashable, Sendable, CustomStringConvertible {
  public let file: String
  public let line: Int
  public let column: Int

  public init(file: String, line: Int, column: Int) {
    self.file = file
    self.line = line
    self.column = column
  }

  public var description: String { "\(file):\(line):\(column)" }
}

/// What is wrong with a space file or a configuration file.
public enum SpaceError: Error, Hashable, Sendable {
  // The file as text.
  case unreadable(file: String, reason: String)
  case tooLarge(file: String, bytes: Int, limit: Int)
  case notUTF8(file: String, offset: Int)
  case empty(file: String)
  case syntax(SourcePlace, problem: String)
  case tooDeep(SourcePlace, limit: Int)
  case tooManyValues(SourcePlace, limit: Int)
  case reference(SourcePlace, what: String)
  case keyKind(SourcePlace)
  case duplicateKey(SourcePlace, key: String)

  // The shape of values.
  case unknownKey(SourcePlace, subject: String, key: String, known: [String])
  case missingKey(SourcePlace, subject: String, key: String)
  case unexpected(SourcePlace, subject: String, expected: String, got: String)
  case unknownValue(SourcePlace, subject: String, value: String, known: [String])
  case unknownName(SourcePlace, subject: String, name: String, known: [String])
  case version(SourcePlace, got: Int, known: Int)

  // Domains.
  case reversedRange(SourcePlace, subject: String, lower: String, upper: String)
  case logarithm(SourcePlace, subject: String, lower: String)
  case repeated(SourcePlace, subject: String, value: String)
  case notAscending(SourcePlace, subject: String, value: String, after: String)
  case subsetBounds(SourcePlace, subject: String, minimum: Int, maximum: Int, count: Int)

  // Groups and layers.
  case groupSizes(SourcePlace, sum: Int, layers: Int)
  case grouping(SourcePlace, GroupingProblem)
  case outsideRange(SourcePlace, subject: String, got: Int, upper: Int, what: String)
  case oneStack(SourcePlace)

  // Methods.
  case scope(SourcePlace, method: String, scope: MethodSchema.Scope, subject: String)
  case claim(SourcePlace, first: String, second: String, weight: String, subject: String)
  case unusedMethod(SourcePlace, method: String)
  case absentMethod(SourcePlace, method: String, group: Int)
  case tieOverridden(SourcePlace, name: String, group: Int)

  // Budget and constraints.
  case fillWithoutBudget(SourcePlace, method: String)
  case spreadWithoutFill(SourcePlace)
  case twoBudgets(SourcePlace, first: String, second: String)
  case filledInClause(SourcePlace, subject: String)

  // Start configurations.
  case start(SourcePlace, number: Int, reason: String)
}
