internal import Checkpoints
internal import Foundation

/// The files of one trial that its worker writes.
struct TrialFiles {
  /// `trials/0041`, which the controller made.
  let directory: String

  var metrics: String { "\(directory)/metrics.jsonl" }
  var checkpointFolder: String { "\(directory)/checkpoint" }
  var checkpoint: String { "\(checkpointFolder)/state.safetensors" }
  /// Where a damaged checkpoint is set aside.
  var damagedCheckpoint: String { "\(checkpointFolder)/damaged.safetensors" }
  var adapter: String { "\(directory)/adapter.safetensors" }
  var result: String { "\(directory)/result.json" }

  func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

  /// Writes a line for each closed epoch.
  func write(_ epochs: [EpochMetrics]) throws {
    let lines = try epochs.map { try StableJSON.line($0) + "\n" }
    try AtomicFile.write(lines.joined(), to: metrics)
  }

  func write(_ result: TrialResult) throws {
    try AtomicFile.write(try StableJSON.line(result) + "\n", to: self.result)
  }

  /// The result of an earlier sitting; nil where there is none.
  func readResult() throws -> TrialResult? {
    guard exists(result) else { return nil }
    let data = try Data(contentsOf: URL(filePath: result))
    do {
      return try JSONDecoder().decode(TrialResult.self, from: data)
    } catch {
      throw TrialError.damagedResult(path: result, reason: "\(error)")
    }
  }

  /// Makes the folder of checkpoints.
  func makeCheckpointFolder() throws {
    try FileManager.default.createDirectory(
      atPath: checkpointFolder, withIntermediateDirectories: true)
  }

  /// Moves a checkpoint that cannot be used out of the way.
  func setCheckpointAside() throws {
    if exists(damagedCheckpoint) {
      try FileManager.default.removeItem(atPath: damagedCheckpoint)
    }
    try FileManager.default.moveItem(atPath: checkpoint, toPath: damagedCheckpoint)
  }
}

/// JSON with one spelling of every value: sorted keys, shortest digits that read back the same.
enum StableJSON {
  static func line(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }

  static func value<Value: Decodable>(_ type: Value.Type, from text: String) throws -> Value {
    try JSONDecoder().decode(type, from: Data(text.utf8))
  }
}
