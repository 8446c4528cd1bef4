internal import Foundation

extension DownstreamTask {
  /// Finds the task that a user names.
  ///
  /// `nli2`, `agr2`, `lex`, `val`: a generated task; `rte:FOLDER`: a GLUE set in its official
  /// layout; a path that ends in `.yaml` or `.yml`: a task file.
  /// - Throws: `TaskError` with the choices for other names, and for files that are wrong.
  public init(named name: String) throws(TaskError) {
    if name.hasSuffix(".yaml") || name.hasSuffix(".yml") {
      self = try TaskFile(path: name).task()
      return
    }
    if let generated = EmbeddedTask(rawValue: name) {
      self.init(generated)
      return
    }
    let parts = name.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let presetName = parts.first.map(String.init) ?? name
    guard let preset = TaskRegistry.presets.first(where: { $0.name == presetName }) else {
      throw .unknownTask(name: name, choices: Self.names)
    }
    guard parts.count == 2, !parts[1].isEmpty else {
      throw .presetWithoutFolder(name: presetName)
    }
    try self.init(preset, folder: String(parts[1]))
  }

  /// What `--task` takes beside paths of task files.
  public static var names: [String] {
    EmbeddedTask.allCases.map { $0.rawValue } + TaskRegistry.presets.map { "\($0.name):FOLDER" }
  }

  /// A GLUE set; `folder` is that of all sets or that of this one.
  init(_ preset: any TaskPreset.Type, folder: String) throws(TaskError) {
    let metric: TaskMetric
    do {
      metric = try TaskMetric(preset.metric)
    } catch {
      preconditionFailure("task preset '\(preset.name)' names an unknown metric '\(error.name)'")
    }
    self.init(
      name: preset.name, origin: "task '\(preset.name)'", kind: preset.kind, metric: metric,
      labels: preset.labels,
      training: .files([
        DataFile(
          path: try Self.find(preset.trainingFiles, preset, folder),
          layout: preset.trainingLayout)
      ]),
      test: .files([
        DataFile(path: try Self.find(preset.testFiles, preset, folder), layout: preset.testLayout)
      ]))
  }

  private static func find(
    _ names: [String], _ preset: any TaskPreset.Type, _ folder: String
  ) throws(TaskError) -> String {
    let tried = ["\(folder)/\(preset.folder)", folder].flatMap { place in
      names.map { "\(place)/\($0)" }
    }
    guard let found = tried.first(where: { FileManager.default.fileExists(atPath: $0) }) else {
      throw .presetFileMissing(name: preset.name, folder: folder, tried: tried)
    }
    return found
  }
}

extension DownstreamTask {
  /// The data files that decide what a training sees and what its score is, in the order of
  /// training, validation, test; none for a generated task.
  public var files: [String] {
    func paths(_ source: SplitSource?) -> [String] {
      guard case .files(let files)? = source else { return [] }
      return files.map(\.path)
    }
    var validationFiles: [String] = []
    if case .source(let source) = validation { validationFiles = paths(source) }
    return paths(training) + validationFiles + paths(test)
  }
}
