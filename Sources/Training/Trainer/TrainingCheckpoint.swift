internal import Checkpoints
internal import NeuralNets
internal import TensorCore

/// A training's state in one file, from which it goes on with the same bits.
///
/// A safetensors file with the trained tensors (`current/NAME`), the optimizer's moments
/// (`optimizer/NAME`), what the methods' hooks remember (`hooks/NAME`) and the tensors of the best
/// epoch (`best/NAME`); its header holds the progress as JSON, the hash of the job and a SHA-256 of
/// everything. The file is replaced as a whole, so there is always one that is complete.
struct TrainingCheckpoint {
  /// The hash of what identifies the training; a checkpoint of another one is refused.
  let identity: String
  let state: Trainer.State
  /// Times of the sittings so far; outside the promise of equal bits.
  let timing: TrialTiming

  private enum Part: String, CaseIterable {
    case current
    case optimizer
    case hooks
    case best
  }

  private enum Key {
    static let identity = "identity"
    static let progress = "progress"
    static let stepCount = "optimizer-steps"
    static let timing = "timing"
    static let digest = "sha256"
  }

  /// Makes the checkpoint durable under a path, replacing an older one.
  func write(to path: String) throws {
    let tensors = entries.map { entry in
      Checkpoints.NamedTensor(
        name: entry.name, shape: [entry.values.count], values: entry.values)
    }
    var metadata = [
      Key.identity: identity,
      Key.progress: try StableJSON.line(state.progress),
      Key.stepCount: String(state.optimizer.stepCount),
      Key.timing: try StableJSON.line(timing),
    ]
    metadata[Key.digest] = Self.digest(
      metadata, sorted: entries.sorted { $0.name < $1.name }.map { ($0.name, $0.values) })
    try SafetensorsWriter.write(tensors, metadata: metadata, to: path)
  }

  private var entries: [(name: String, values: [Float])] {
    let parts: [(Part, [(name: String, values: [Float])])] = [
      (.current, state.current), (.optimizer, state.optimizer.moments), (.hooks, state.hooks),
      (.best, state.best),
    ]
    return parts.flatMap { part, list in
      list.map { ("\(part.rawValue)/\($0.name)", $0.values) }
    }
  }
}

extension TrainingCheckpoint {
  /// Reads a checkpoint for a trainer, whose tensors it must hold in the trainer's order.
  ///
  /// - Throws: `TrialError.damagedCheckpoint` for a file that is cut, changed or incomplete, and
  ///   `.foreignCheckpoint` for one of another training.
  init(path: String, identity: String, for trainer: Trainer) throws(TrialError) {
    let reader: WeightReader
    do { reader = try WeightReader(file: path) } catch {
      throw .damagedCheckpoint(path: path, reason: error.description)
    }
    let metadata = reader.metadata
    guard let digest = metadata[Key.digest], let progressText = metadata[Key.progress],
      let timingText = metadata[Key.timing],
      let stepCount = metadata[Key.stepCount].flatMap({ Int($0) })
    else { throw .damagedCheckpoint(path: path, reason: "its header is incomplete") }
    let values = try Self.values(reader, path)
    let sorted = values.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    guard digest == Self.digest(metadata, sorted: sorted) else {
      throw .damagedCheckpoint(path: path, reason: "its content does not match its checksum")
    }
    guard metadata[Key.identity] == identity else { throw .foreignCheckpoint(path: path) }
    do {
      let progress = try StableJSON.value(TrainingProgress.self, from: progressText)
      timing = try StableJSON.value(TrialTiming.self, from: timingText)
      let order = trainer.state
      state = Trainer.State(
        progress: progress,
        optimizer: AdamW.State(
          stepCount: stepCount,
          moments: try Self.list(.optimizer, order.optimizer.moments.map(\.name), values)),
        current: try Self.list(.current, order.current.map(\.name), values),
        hooks: try Self.list(.hooks, order.hooks.map(\.name), values),
        best: progress.best == nil
          ? [] : try Self.list(.best, order.current.map(\.name), values))
    } catch {
      throw .damagedCheckpoint(path: path, reason: "\(error)")
    }
    self.identity = identity
  }

  private static func values(
    _ reader: WeightReader, _ path: String
  ) throws(TrialError) -> [String: [Float]] {
    var values: [String: [Float]] = [:]
    for name in reader.names {
      do {
        let tensor = try reader.tensor(name)
        values[name] = withExtendedLifetime(tensor.owner) { Array(tensor.values) }
      } catch {
        throw .damagedCheckpoint(path: path, reason: error.description)
      }
    }
    return values
  }

  private static func list(
    _ part: Part, _ names: [String], _ values: [String: [Float]]
  ) throws(OptimizerStateError) -> [(name: String, values: [Float])] {
    var list: [(name: String, values: [Float])] = []
    for name in names {
      guard let saved = values["\(part.rawValue)/\(name)"] else { throw .missing(name: name) }
      list.append((name, saved))
    }
    return list
  }

  /// SHA-256 over the header's entries (its own apart) and all tensors, in the order of names.
  private static func digest(
    _ metadata: [String: String], sorted: [(name: String, values: [Float])]
  ) -> String {
    var hash = SHA256()
    for (key, value) in metadata.sorted(by: { $0.key < $1.key }) where key != Key.digest {
      Array("\(key)=\(value)\n".utf8).withUnsafeBytes { hash.update($0) }
    }
    for (name, values) in sorted {
      Array("\(name):\(values.count)\n".utf8).withUnsafeBytes { hash.update($0) }
      values.withUnsafeBytes { hash.update($0) }
    }
    return hash.hexadecimal()
  }
}
