internal import Checkpoints
internal import Foundation
internal import NeuralNets
internal import PEFTMethods
internal import TensorCore

/// Asks for the first steps of a training to be written down, so that another engine can replay
/// them.
public struct TraceRequest: Hashable, Sendable {
  /// The folder to write, which must not exist.
  public var directory: String
  /// How many steps are written; a shorter training gives all of its steps.
  ///
  /// 50 by default: enough for an error in the optimizer, in the schedule or in a gradient to show
  /// in the losses.
  public var steps: Int

  public init(directory: String, steps: Int = 50) {
    self.directory = directory
    self.steps = steps
  }
}

/// The first steps of a training, collected while it runs.
///
/// The folder holds `settings.json` (`TraceSettings`), `initial.safetensors` (every trained tensor
/// before the first step, and the positions of those that hold entries or rows of a map) and `steps.jsonl` (a `TraceStep` a line). It is written beside its place
/// and renamed, as soon as the last of the steps is taken or the training ends, so that it is there
/// as a whole or not at all. `docs/replay.md` describes it for readers in other languages.
///
/// With dropout the masks of the program's own generator are not in it, so the losses of another
/// engine are equal only where all dropout rates are 0.
final class TrainingTrace {
  private let request: TraceRequest
  private var settings: TraceSettings
  private let initial: [Checkpoints.NamedTensor]
  private var lines: [String] = []
  private var isWritten = false

  /// Keeps the initial values of a trainer that has not taken a step.
  ///
  /// - Throws: `TraceError.exists`, and `.alreadyTrained` for a training that goes on from a
  ///   checkpoint.
  init(_ request: TraceRequest, job: TrialJob, trainer: Trainer) throws(TraceError) {
    guard trainer.progress == TrainingProgress() else { throw .alreadyTrained }
    try request.requireFree()
    self.request = request
    settings = TraceSettings(job: job, trainer: trainer)
    let positions = trainer.model.attached.tensors.filter { $0.kind == .positions }.map {
      NamedParameter(name: $0.name, parameter: $0.parameter)
    }
    initial = (trainer.model.trained + positions).map {
      Checkpoints.NamedTensor(
        name: $0.name, shape: $0.parameter.shape.list, values: $0.parameter.array)
    }
  }

  /// Takes the trainer's next step and writes it down, unless all that was asked for is there.
  func step(_ trainer: Trainer) throws -> Double {
    guard !isWritten else { return try trainer.step() }
    var line = trainer.nextStep()
    line.loss = try trainer.step()
    lines.append(try StableJSON.line(line) + "\n")
    if lines.count == request.steps { try write() }
    return line.loss
  }

  /// Writes what there is, at the end of a training that is shorter than the trace.
  func finish() throws {
    if !isWritten { try write() }
  }

  private func write() throws {
    settings.steps = lines.count
    let target = URL(filePath: request.directory).standardizedFileURL
    let parent = target.deletingLastPathComponent()
    let partial = parent.appending(
      path: ".\(target.lastPathComponent).partial-\(ProcessInfo.processInfo.processIdentifier)"
    ).path
    try FileManager.default.createDirectory(
      atPath: partial, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: partial) }
    try AtomicFile.write(try StableJSON.line(settings) + "\n", to: "\(partial)/settings.json")
    try AtomicFile.write(lines.joined(), to: "\(partial)/steps.jsonl")
    try SafetensorsWriter.write(
      initial, metadata: ["format": "pt"], to: "\(partial)/initial.safetensors")
    try request.requireFree()
    try FileManager.default.moveItem(atPath: partial, toPath: target.path)
    try AtomicFile.flush(folder: parent.path)
    isWritten = true
  }
}

extension TraceRequest {
  /// Refuses a folder that is there already, before anything is trained.
  func requireFree() throws(TraceError) {
    if FileManager.default.fileExists(atPath: directory) { throw .exists(directory) }
  }
}

/// Why a training cannot be written down.
public enum TraceError: Error, Hashable, Sendable, CustomStringConvertible {
  case exists(String)
  case alreadyTrained

  public var description: String {
    switch self {
    case .exists(let folder):
      "trace: '\(folder)' exists already. Name a folder that does not, or remove it."
    case .alreadyTrained:
      "trace: a trace begins with the first step, and the folder of --output holds a training that "
        + "has taken some already. Name a new one."
    }
  }
}
