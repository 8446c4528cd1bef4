internal import LinearAlgebra

/// What a backbone is fine-tuned for: data, what its labels mean, and how it is scored.
///
/// Nothing is read before `data()`; a task's files may be large.
public struct DownstreamTask: Sendable {
  /// What `autopeft` calls the task: a catalogue name, or the task file's name without ending.
  public var name: String
  /// Where the task is described, for error sentences: a path or `task 'rte'`.
  public var origin: String
  public var kind: TaskKind
  public var metric: TaskMetric
  /// nil for regression, and where the labels are collected from the training data.
  public var labels: LabelScheme?
  public var training: SplitSource
  public var validation: ValidationSource
  /// nil where nothing is there to be opened at the end.
  public var test: SplitSource?

  public init(
    name: String, origin: String, kind: TaskKind, metric: TaskMetric, labels: LabelScheme?,
    training: SplitSource, validation: ValidationSource = .share(), test: SplitSource?
  ) {
    self.name = name
    self.origin = origin
    self.kind = kind
    self.metric = metric
    self.labels = labels
    self.training = training
    self.validation = validation
    self.test = test
  }
}

/// Where the examples of a split come from.
public enum SplitSource: Sendable {
  /// Data files, one after the other.
  case files([DataFile])
  /// A generator, which is a pure function.
  case generated(@Sendable () -> [Example])
}

/// Where the validation examples come from.
public enum ValidationSource: Sendable {
  case source(SplitSource)
  /// A random part of the training examples, which are then not trained on.
  ///
  /// The seed belongs to the task and not to a study, so that all studies of a task compare on
  /// the same examples. A tenth is the protocol of `design` 8 for GLUE.
  case share(Double = 0.1, seed: UInt64 = 0)
}

/// The training and validation examples of a task.
public struct TaskData: Hashable, Sendable {
  /// Names in class order; empty for a regression.
  public var labels: [String]
  public var training: [Example]
  public var validation: [Example]
}

extension DownstreamTask {
  /// Reads what a search may see: training and validation, never test.
  ///
  /// - Throws: `TaskError` with file and line for anything that does not fit the description.
  public func data() throws(TaskError) -> TaskData {
    let scheme = try labelScheme()
    let all = try examples(training, scheme)
    let data: TaskData
    switch validation {
    case .source(let source):
      data = TaskData(
        labels: scheme?.names ?? [], training: all, validation: try examples(source, scheme))
    case .share(let share, let seed):
      let parts = Self.split(all, share: share, seed: seed)
      data = TaskData(
        labels: scheme?.names ?? [], training: parts.training, validation: parts.validation)
    }
    guard !data.training.isEmpty, !data.validation.isEmpty else {
      throw .tooFewExamples(task: name, needed: 2, got: all.count)
    }
    return data
  }

  /// Reads the test examples, which a study opens once, at its end.
  ///
  /// - Throws: `TaskError.noTestFile` for tasks without any.
  public func testExamples() throws(TaskError) -> [Example] {
    guard let test else { throw .noTestFile(task: name) }
    return try examples(test, try labelScheme())
  }

  /// Reads the texts of a file in the layout of the test file (or of the training file where there
  /// is no test file), with or without its labels.
  public func examples(inFile path: String, withLabels: Bool) throws(TaskError) -> [Example] {
    guard let layout = test?.layout ?? training.layout else {
      throw .generatedTaskHasNoLayout(task: name)
    }
    let file = DataFile(path: path, layout: layout)
    let reader = try ExampleReader(
      file.table(namedIn: "the command line"), layout: layout, needsLabels: withLabels)
    guard withLabels else { return try reader.examples(.none) }
    return try reader.examples(kind.isRegression ? .numbers : .scheme(labelScheme() ?? .empty))
  }

  /// The names of the classes; empty for a regression.
  public func labelNames() throws(TaskError) -> [String] {
    try labelScheme()?.names ?? []
  }

  /// The labels as described, or as collected from the training data; nil for a regression.
  func labelScheme() throws(TaskError) -> LabelScheme? {
    guard !kind.isRegression else { return nil }
    let scheme: LabelScheme
    if let labels { scheme = labels } else { scheme = try collectedLabels() }
    if let unsuited = metric.unsuited(classCount: scheme.names.count) {
      throw .wrongLabelCount(
        task: name, metric: unsuited.name, expected: unsuited.domain.words,
        got: scheme.names.count)
    }
    return scheme
  }

  private func collectedLabels() throws(TaskError) -> LabelScheme {
    guard case .files(let files) = training else { return .empty }
    var spellings: [String] = []
    for file in files {
      let reader = try ExampleReader(
        file.table(namedIn: origin), layout: file.layout, needsLabels: true)
      spellings += try reader.labelSpellings()
    }
    let scheme = LabelScheme(collectedFrom: spellings)
    if scheme.names.count == 1, let only = scheme.names.first {
      throw .oneClassOnly(path: files.first?.path ?? origin, label: only)
    }
    return scheme
  }

  private func examples(
    _ source: SplitSource, _ scheme: LabelScheme?
  ) throws(TaskError) -> [Example] {
    switch source {
    case .generated(let generate):
      return generate()
    case .files(let files):
      var examples: [Example] = []
      for file in files {
        let table = try file.table(namedIn: origin)
        guard !table.records.isEmpty else { throw .noExamples(path: file.path) }
        let reader = try ExampleReader(table, layout: file.layout, needsLabels: true)
        examples += try reader.examples(scheme.map { .scheme($0) } ?? .numbers)
      }
      return examples
    }
  }

  /// A random part for validation and the rest, both in the order of the data.
  static func split(
    _ examples: [Example], share: Double, seed: UInt64
  ) -> (training: [Example], validation: [Example]) {
    let wanted = Int((Double(examples.count) * share).rounded())
    let size = min(max(wanted, 1), max(examples.count - 1, 0))
    var random = CounterRandom(RandomKey(seed: seed).derived("validation-split"))
    let chosen = Set(random.shuffled(Array(examples.indices)).prefix(size))
    var parts: (training: [Example], validation: [Example]) = ([], [])
    for (index, example) in examples.enumerated() {
      if chosen.contains(index) {
        parts.validation.append(example)
      } else {
        parts.training.append(example)
      }
    }
    return parts
  }
}

extension SplitSource {
  /// The layout of its first file; nil for generated examples.
  var layout: DataLayout? {
    guard case .files(let files) = self else { return nil }
    return files.first?.layout
  }
}

extension LabelScheme {
  static let empty = LabelScheme(names: [])
}
