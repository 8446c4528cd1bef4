internal import Foundation

/// The folder of one trial, `trials/0041`.
///
/// The worker writes `metrics.jsonl`, `checkpoint/`, `adapter.safetensors` and `result.json`; the
/// controller writes `job.json`, and `result.json` where no worker could.
public struct TrialDirectory: Hashable, Sendable {
  public let run: RunDirectory
  /// 1, 2, 3 … in the order of proposal.
  public let number: Int

  /// Names the folder of a trial without touching the disk.
  public init(run: RunDirectory, number: Int) {
    self.run = run
    self.number = number
  }

  public var path: String { run.trials + "/" + Self.folderName(number) }
  /// What is to be trained.
  public var jobFile: String { path + "/job.json" }
  /// One line an epoch.
  public var metricsFile: String { path + "/metrics.jsonl" }
  /// All that the worker printed.
  public var logFile: String { path + "/log.txt" }
  /// What a stopped training goes on from; removed once the result is recorded.
  public var checkpoint: String { path + "/checkpoint" }
  public var adapterFile: String { path + "/adapter.safetensors" }
  /// The trial is finished if and only if this file is there.
  public var resultFile: String { path + "/result.json" }

  /// Whether a durable result stands in the folder.
  public var hasResult: Bool { FileTree.exists(resultFile) }

  /// Whether a checkpoint stands in the folder.
  public var hasCheckpoint: Bool { FileTree.exists(checkpoint) }

  /// Whether a trained adapter stands in the folder.
  public var hasAdapter: Bool { FileTree.exists(adapterFile) }

  /// Makes the folder where it is missing.
  public func make() throws {
    guard !FileTree.isDirectory(path) else { return }
    try FileTree.makeDirectory(path)
    try FileTree.synchronize(folder: run.trials)
  }

  /// Moves the checkpoint of a trial of a lower rung here, to go on from it.
  ///
  /// Does nothing where there is none any more, or where this trial has its own: without one a
  /// training begins anew and ends with the same bytes.
  public func takeCheckpoint(of below: TrialDirectory) throws {
    guard below.hasCheckpoint, !hasCheckpoint else { return }
    try FileTree.rename(below.checkpoint, to: checkpoint)
    try FileTree.synchronize(folder: below.path)
  }

  /// Four digits, more from 10,000 on.
  public static func folderName(_ number: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }

  /// The trial number that a folder name stands for; nil for names this program never writes.
  static func number(ofFolder name: String) -> Int? {
    guard let number = Int(name), number >= 1, folderName(number) == name else { return nil }
    return number
  }
}
