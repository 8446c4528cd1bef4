import Checkpoints
import Foundation
import Reports
import RunStore
import SearchSpaces
import SearchStrategies
import Studies
import Tokenizers
import Training

/// A study that is not on the disk yet: everything that can be wrong with it is found before a run
/// appears.
struct NewStudy {
  let text: String
  let space: SearchSpace
  private(set) var settings: StudySettings
  let earlier: [EarlierRun]
  private let frozen: Data?

  /// - Parameters:
  ///   - text: of the space file, which the run keeps.
  ///   - settings: without the hash of what earlier runs have found, which is set here.
  init(
    text: String, space: SearchSpace, settings: StudySettings, earlier: [EarlierRun]
  ) throws {
    self.text = text
    self.space = space
    self.earlier = earlier
    frozen = try earlier.isEmpty ? nil : EarlierRuns.document(earlier)
    self.settings = settings
    self.settings.earlierHash = frozen.map {
      Self.hash(String(decoding: $0, as: UTF8.self))
    }
  }

  /// What a run has found, as far as it exists in a space; said on the way.
  static func taken(from run: RunDirectory, into space: SearchSpace) throws -> EarlierRun {
    let earlier = try EarlierRuns.take(from: run, into: space)
    Console.note(
      "From \(run.path): \(earlier.observations.count) finished trials are taken, "
        + "\(earlier.dropped) do not exist in this space.")
    return earlier
  }

  /// Reads the task with the backbone's tokenizer and makes the strategy.
  func check() throws {
    let task = try DownstreamTask(named: settings.task)
    _ = try task.data()
    _ = try TaskCheck(
      task, backbone: settings.backbone, casing: settings.casing.flatMap(Casing.init(rawValue:)))
    _ = try strategy()
  }

  private func strategy() throws -> any SearchStrategy {
    try StudyAssembly.strategy(settings, for: space, earlier: earlier)
  }

  /// The trials of a strategy's own plan, which is printed with a measured estimate of its time; nil
  /// for a strategy without a plan.
  func plannedTrials(parallel: Int) throws -> Int? {
    let strategy = try strategy()
    guard let plan = strategy.plan else { return nil }
    let given = StudyAssembly.given(of: space).count
    let notice = PlanNotice(
      plan: plan, given: given, parallel: parallel,
      seconds: try PlanNotice.pilotSeconds(strategy, settings: settings))
    Console.note(notice.table.rendered(as: .table) + notice.note)
    return given + plan.runs
  }

  /// Makes the run's directory, whole or not at all.
  mutating func create(
    name: String, in runs: String, budget: StudyBudget
  ) throws -> RunDirectory {
    settings.plannedTrials = budget.trials
    let environment = try StudyAssembly.environment(settings)
    let directory = try RunDirectory.create(name: name, in: runs) { [self] draft in
      try RunFiles.durable.write(Data(text.utf8), draft.spaceFile)
      if let frozen { try RunFiles.durable.write(frozen, draft.earlierFile) }
      try environment.write(to: draft)
      _ = try StudyAssembly(run: draft, settings: settings).plan()
      try RunStore.create(draft, settings: settings, budget: budget)
    }
    Console.note("Run \(directory.path): \(budget.trials) trials, strategy \(settings.strategy).")
    return directory
  }

  /// A task's name, with the path behind it made absolute.
  static func absolute(task: String) -> String {
    guard let colon = task.firstIndex(of: ":") else { return BackboneFacts.absolute(task) }
    let folder = String(task[task.index(after: colon)...])
    return "\(task[...colon])\(BackboneFacts.absolute(folder))"
  }

  static func hash(_ text: String) -> String {
    SHA256.hexadecimal(of: text)
  }
}
