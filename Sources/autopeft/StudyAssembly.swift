import Executors
import Foundation
import LinearAlgebra
import PEFTMethods
import RunStore
import SearchSpaces
import SearchStrategies
import Studies
import Training

/// Puts the parts of a study together, the same way for a new run and for a resumed one.
struct StudyAssembly {
  let run: RunDirectory
  let settings: StudySettings
  let space: SearchSpace

  /// Reads what a run has frozen.
  init(run: RunDirectory, settings: StudySettings) throws {
    self.run = run
    self.settings = settings
    guard try RunFiles.hash(run.spaceFile) == settings.spaceHash else {
      throw Failure.Outcome(
        code: 65,
        text: "\(run.spaceFile) is not the file that the run was started with. Restore it; "
          + "another space needs another run.")
    }
    let text = try SpaceText.read(URL(filePath: run.spaceFile), name: run.spaceFile)
    space = try Self.space(
      text, file: run.spaceFile, backbone: settings.backbone, overrides: settings.overrides)
  }

  /// The space of a file for a backbone.
  static func space(
    _ text: String, file: String, backbone: String, overrides: [String]
  ) throws -> SearchSpace {
    try SearchSpace(
      yaml: text, file: file, schemas: MethodRegistry.schemas,
      backbone: try BackboneFacts(name: backbone).shape, overrides: overrides)
  }

  /// References first, then `start:`, then the strategy.
  func plan() throws -> StudyPlan {
    StudyPlan(
      given: Self.given(of: space),
      strategy: try Self.strategy(
        settings, for: space, earlier: try EarlierRuns.frozen(in: run, settings: settings)))
  }

  /// What a search of a space trains before it asks its strategy.
  static func given(of space: SearchSpace) -> [StudyPlan.Given] {
    var given: [StudyPlan.Given] = []
    if space.usesReferences {
      given += space.references().map { reference in
        StudyPlan.Given(
          origin: .reference, configuration: reference, costs: space.costs(of: reference))
      }
    }
    given += space.start.map { start in
      StudyPlan.Given(
        origin: .start, point: start.point, configuration: start.configuration,
        costs: space.costs(of: start.configuration))
    }
    return given
  }

  /// The strategy that a study's settings name.
  static func strategy(
    _ settings: StudySettings, for space: SearchSpace, earlier: [EarlierRun] = []
  ) throws -> any SearchStrategy {
    try StrategyRegistry.make(
      settings.strategy, space: space, seed: settings.seed, settings: space.strategySettings,
      plannedTrials: settings.plannedTrials, earlier: earlier)
  }

  /// What a run's bytes depend on, on this machine and now.
  static func environment(_ settings: StudySettings) throws -> RunEnvironment {
    var environment = RunEnvironment.ofMachine()
    environment.facts["program"] = ProgramVersion.text
    environment.facts["blas"] = BLAS.description
    environment.facts["threads"] = String(settings.threads)
    for (file, hash) in try BackboneFacts(name: settings.backbone).contentHashes() {
      environment.facts["backbone/\(file)"] = hash
    }
    for file in try DownstreamTask(named: settings.task).files {
      let name = URL(filePath: file).lastPathComponent
      environment.facts["task/\(name)"] = try RunFiles.hash(file)
    }
    return environment
  }

  /// The executor of a sitting.
  static func executor(named name: String, parallel: Int) throws -> any Executor {
    switch try ExecutorRegistry.member(named: name) {
    case is InlineExecutor.Type:
      return InlineExecutor { job, request in
        try WorkerCommand.work(arguments: job.arguments) { request.isRequested }
      }
    default:
      return LocalExecutor(program: try ProgramFile.path(), slots: parallel)
    }
  }
}

/// The executable file of this program, for starting workers.
enum ProgramFile {
  static func path() throws -> String {
    try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
  }
}
