internal import Checkpoints
internal import Foundation
public import RunStore
internal import SearchSpaces
public import Training

/// How a trial becomes a job, and how a checkpoint is read: the study's side of the worker.
public struct StudyWorker: Sendable {
  /// The content of `job.json`.
  public var job: @Sendable (TrialRecord, StudySettings) throws -> TrialJob
  /// Arguments of the worker's command line.
  public var arguments: @Sendable (TrialDirectory) -> [String]
  /// The optimizer step of the newest checkpoint; 0 without one.
  public var checkpointStep: @Sendable (TrialDirectory) -> Int

  public init(
    job: @escaping @Sendable (TrialRecord, StudySettings) throws -> TrialJob,
    arguments: @escaping @Sendable (TrialDirectory) -> [String] = Self.standardArguments,
    checkpointStep: @escaping @Sendable (TrialDirectory) -> Int = Self.standardCheckpointStep
  ) {
    self.job = job
    self.arguments = arguments
    self.checkpointStep = checkpointStep
  }

  /// The worker of this program: `autopeft worker --run DIR --trial N`.
  public static let standard = StudyWorker(job: standardJob)

  /// The job of a trial under a study's settings.
  ///
  /// - Throws: `StudyError.unknownSetting` for settings that another program wrote.
  @Sendable public static func standardJob(
    _ record: TrialRecord, _ settings: StudySettings
  ) throws -> TrialJob {
    TrialJob(
      trial: record.number, configuration: record.trial.configuration,
      backbone: settings.backbone,
      casing: try settings.casing.map { try known($0, as: "casing") },
      task: settings.task, seed: settings.seed, replicate: record.replicate,
      block: record.trial.design?.noise,
      epochs: record.trial.isPartial ? record.trial.fidelity?.epochs : nil,
      headKind: try known(settings.head, as: "task head"), threads: settings.threads)
  }

  private static func known<Value: RawRepresentable<String> & CaseIterable>(
    _ value: String, as name: String
  ) throws -> Value {
    guard let found = Value(rawValue: value) else {
      throw StudyError.unknownSetting(
        name: name, value: value, known: Value.allCases.map(\.rawValue))
    }
    return found
  }

  @Sendable public static func standardArguments(_ trial: TrialDirectory) -> [String] {
    ["worker", "--run", trial.run.path, "--trial", String(trial.number)]
  }

  /// Reads the progress in the header of `checkpoint/state.safetensors`.
  ///
  /// A checkpoint that cannot be read counts as none: the worker sets it aside and starts anew.
  @Sendable public static func standardCheckpointStep(_ trial: TrialDirectory) -> Int {
    struct Progress: Decodable { var step: Int }
    let file = trial.checkpoint + "/state.safetensors"
    guard let reader = try? WeightReader(file: file), let text = reader.metadata["progress"],
      let progress = try? JSONDecoder().decode(Progress.self, from: Data(text.utf8))
    else { return 0 }
    return progress.step
  }
}
