internal import Foundation
internal import SearchSpaces

/// Reads a task file: YAML that says where the examples of a task are and what they mean.
///
/// Checked strictly: unknown keys, wrong types and impossible values are errors with line and
/// column. docs/tasks.md lists the keys. Paths are relative to the task file.
struct TaskFile {
  /// The path as the user gave it.
  let path: String
  private let root: TaskFileMapping

  private static let keys =
    layoutKeys + [
      "name", "kind", "metric", "labels", "train", "validation", "test",
    ]
  private static let layoutKeys = [
    "format", "header", "quoting", "encoding", "columns", "extra-columns",
  ]

  /// Reads a file's text.
  init(path: String) throws(TaskError) {
    let text: String
    do {
      text = try SpaceText.read(URL(filePath: path), name: path)
    } catch {
      throw .notYAML(reason: error.description)
    }
    try self.init(path: path, text: text)
  }

  /// A text that is at hand, as if it stood in the file `path`.
  init(path: String, text: String) throws(TaskError) {
    let yaml: MarkedYAML
    do {
      yaml = try MarkedYAML(parsing: text, file: path)
    } catch {
      if case .empty = error { throw .taskFile(place: FilePlace(path), problem: .empty) }
      throw .notYAML(reason: error.description)
    }
    self.path = path
    root = try TaskFileMapping(yaml, key: "the file", file: path, keys: Self.keys)
  }

  /// The task that the file describes.
  func task() throws(TaskError) -> DownstreamTask {
    let kind: TaskKind = try root.word("kind")
    let training = try source(root.required("train", "the file of training examples"), kind)
    let test = try root.optional("test").map { value throws(TaskError) in try source(value, kind) }
    return DownstreamTask(
      name: try root.optional("name")?.text() ?? Self.stem(path), origin: path, kind: kind,
      metric: try metric(kind), labels: try labels(kind), training: training,
      validation: try validation(kind), test: test)
  }

  private func metric(_ kind: TaskKind) throws(TaskError) -> TaskMetric {
    let value = try root.required("metric", "how the task is scored, such as accuracy")
    let text = try value.text()
    let metric: TaskMetric
    do {
      metric = try TaskMetric(text)
    } catch {
      throw value.fault(
        .unknownMetric(error.name, choices: MetricRegistry.all.map { $0.name }))
    }
    // Two is the one class count that no classification metric refuses; labels are counted later.
    if let unsuited = metric.unsuited(classCount: kind.isRegression ? nil : 2) {
      throw value.fault(
        .unsuitedMetric(unsuited.name, needs: unsuited.domain.words, kind: kind.rawValue))
    }
    return metric
  }

  private func labels(_ kind: TaskKind) throws(TaskError) -> LabelScheme? {
    guard let value = root.optional("labels") else { return nil }
    guard !kind.isRegression else { throw value.fault(.labelsOfRegression) }
    if case .sequence(let elements) = value.yaml.content {
      var names: [String] = []
      for element in elements {
        let item = TaskFileValue(yaml: element, key: "labels", file: path)
        let name = try item.text()
        guard !names.contains(name) else { throw item.fault(.repeatedLabel(name)) }
        names.append(name)
      }
      return LabelScheme(names: names)
    }
    guard case .mapping(let entries) = value.yaml.content else {
      throw value.wrong("a list of names, or a mapping from what stands in the files to names")
    }
    var spellings: [(spelling: String, name: String)] = []
    for entry in entries {
      let name = TaskFileValue(yaml: entry.value, key: "labels", file: path)
      spellings.append((entry.key, try name.text()))
    }
    return LabelScheme(spellings: spellings)
  }

  private func validation(_ kind: TaskKind) throws(TaskError) -> ValidationSource {
    guard let value = root.optional("validation") else { return .share() }
    guard case .mapping(let entries) = value.yaml.content,
      entries.contains(where: { $0.key == "share" || $0.key == "seed" })
    else { return .source(try source(value, kind)) }
    let mapping = try TaskFileMapping(
      value.yaml, key: "validation", file: path, keys: ["share", "seed"])
    let share = try mapping.optional("share")?.number(above: 0, below: 1) ?? 0.1
    let seed = try mapping.optional("seed")?.count() ?? 0
    return .share(share, seed: UInt64(seed))
  }

  /// A split: a path, a list of paths, or a mapping with `file` and layout keys of its own.
  private func source(_ value: TaskFileValue, _ kind: TaskKind) throws(TaskError) -> SplitSource {
    switch value.yaml.content {
    case .scalar, .sequence:
      return .files(try files(value, layouts: [root], kind))
    case .mapping:
      let mapping = try TaskFileMapping(
        value.yaml, key: value.key, file: path, keys: Self.layoutKeys + ["file"])
      let file = try mapping.required("file", "the data file, or a list of them")
      return .files(try files(file, layouts: [mapping, root], kind))
    }
  }

  private func files(
    _ value: TaskFileValue, layouts: [TaskFileMapping], _ kind: TaskKind
  ) throws(TaskError) -> [DataFile] {
    let elements: [MarkedYAML]
    if case .sequence(let list) = value.yaml.content {
      elements = list
    } else {
      elements = [value.yaml]
    }
    guard !elements.isEmpty else { throw value.wrong("a path, or a list of paths") }
    var files: [DataFile] = []
    for element in elements {
      let name = try TaskFileValue(yaml: element, key: value.key, file: path).text()
      let reader = TaskFileLayout(mappings: layouts, kind: kind)
      files.append(DataFile(path: resolved(name), layout: try reader.layout(of: name)))
    }
    return files
  }

  private func resolved(_ name: String) -> String {
    guard !name.hasPrefix("/") else { return name }
    let folder = (path as NSString).deletingLastPathComponent
    return folder.isEmpty ? name : "\(folder)/\(name)"
  }

  private static func stem(_ path: String) -> String {
    ((path as NSString).lastPathComponent as NSString).deletingPathExtension
  }
}
