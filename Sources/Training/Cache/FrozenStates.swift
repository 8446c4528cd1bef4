internal import Checkpoints
internal import LinearAlgebra
internal import NeuralNets
internal import TensorCore

/// The states of a data set below the lowest tuned layer, which no step of a training changes.
///
/// They are computed once, in canonical chunks: the evaluation batches of the data in its order,
/// whatever batches a training draws. A product's rounding may depend on how many rows it has, so
/// the same chunks give the same bits whether the states come from the disk or not. From layer
/// k = L, where only the head is trained, only the rows that the head reads are kept.
///
/// Whether a training uses them follows from its settings and sizes alone (`areUsed`).
final class FrozenStates {
  /// [rows, D]: a row of every token, or of every sequence where only the head is trained.
  private let values: UnsafeBufferPointer<Float>
  private let owner: AnyObject
  private let width: Int
  private let rowsPerSequence: TokenRows

  /// What a training's states come from beside its tensors, and where they are kept.
  struct Origin {
    /// The text of the backbone's `config.json`.
    let configuration: String
    let cache: CacheFolder
  }

  /// The largest states of one data set, 2 GiB: what may be held in memory where there is no disk.
  static let byteLimit = 2 << 30

  private init(
    values: UnsafeBufferPointer<Float>, owner: AnyObject, width: Int, rows: TokenRows
  ) {
    self.values = values
    self.owner = owner
    self.width = width
    rowsPerSequence = rows
  }

  /// Whether a training on this data reads states that were computed before.
  ///
  /// Backbone dropout changes every state at every step; with nothing frozen below the lowest tuned
  /// layer only the embeddings would be kept, which are cheaper to look up.
  static func areUsed(
    _ model: FineTunedModel, on examples: TokenizedExamples, backboneDropout: Double
  ) -> Bool {
    backboneDropout == 0 && model.lowestTunedLayer > 0
      && byteCount(model, examples) <= byteLimit
  }

  /// The states of a data set, read from a cache or computed and left there.
  ///
  /// - Parameter shouldStop: asked before every chunk; a stop gives nil.
  static func make(
    _ model: FineTunedModel, on examples: TokenizedExamples, tape: Tape, origin: Origin,
    shouldStop: () -> Bool
  ) -> FrozenStates? {
    let cache = origin.cache
    guard cache.path != nil else {
      return computed(model, examples, tape, shouldStop: shouldStop)
    }
    let key = key(model, examples, origin)
    if let known = mapped(model, examples, cache, key) { return known }
    var isStopped = false
    let isWritten = cache.write("states", key: key, length: byteCount(model, examples)) { take in
      try forEachChunk(model, examples, tape) { values in
        isStopped = shouldStop()
        if !isStopped { try take(UnsafeRawBufferPointer(values)) }
        return !isStopped
      }
    }
    if isStopped { return nil }
    if isWritten, let known = mapped(model, examples, cache, key) { return known }
    return computed(model, examples, tape, shouldStop: shouldStop)
  }

  /// The states of some sequences as a tensor: [T, D] of a batch of them, or [B, D].
  func tensor(
    _ indices: some Sequence<Int>, of examples: TokenizedExamples, batch: PackedBatch, tape: Tape
  ) -> Tensor {
    let rows = rowsPerSequence == .all ? batch.tokenCount : batch.sequenceCount
    return tape.constant(Shape(rows, width)) { target in
      var position = 0
      for index in indices {
        let source =
          rowsPerSequence == .all
          ? examples.offsets[index]..<examples.offsets[index + 1] : index..<index + 1
        let range = source.lowerBound * width..<source.upperBound * width
        _ = UnsafeMutableBufferPointer(
          rebasing: target[position..<position + range.count]
        ).update(fromContentsOf: UnsafeBufferPointer(rebasing: values[range]))
        position += range.count
      }
    }
  }

  // MARK: - Making

  private static func rows(_ model: FineTunedModel) -> TokenRows {
    model.lowestTunedLayer == model.backbone.layerCount ? model.head.rowsRead : .all
  }

  private static func byteCount(_ model: FineTunedModel, _ examples: TokenizedExamples) -> Int {
    let count = rows(model) == .all ? examples.tokenCount : examples.count
    return count * model.backbone.width * MemoryLayout<Float>.stride
  }

  /// Computes chunk after chunk until the body says false; whether it never did.
  private static func forEachChunk(
    _ model: FineTunedModel, _ examples: TokenizedExamples, _ tape: Tape,
    _ body: (UnsafeMutableBufferPointer<Float>) throws -> Bool
  ) rethrows -> Bool {
    defer { tape.reset() }
    for range in examples.evaluationBatches() {
      tape.reset()
      guard try body(model.frozenStates(examples.batch(range), tape: tape).values) else {
        return false
      }
    }
    return true
  }

  private static func computed(
    _ model: FineTunedModel, _ examples: TokenizedExamples, _ tape: Tape, shouldStop: () -> Bool
  ) -> FrozenStates? {
    let storage = StateStorage(count: byteCount(model, examples) / MemoryLayout<Float>.stride)
    var filled = 0
    let isComplete = forEachChunk(model, examples, tape) { values in
      _ = UnsafeMutableBufferPointer(
        rebasing: storage.values[filled..<filled + values.count]
      ).initialize(from: values)
      filled += values.count
      return !shouldStop()
    }
    guard isComplete else { return nil }
    return FrozenStates(
      values: UnsafeBufferPointer(storage.values), owner: storage, width: model.backbone.width,
      rows: rows(model))
  }

  private static func mapped(
    _ model: FineTunedModel, _ examples: TokenizedExamples, _ cache: CacheFolder,
    _ key: ContentHash
  ) -> FrozenStates? {
    guard let content = cache.content("states", key: key),
      content.bytes.count == byteCount(model, examples)
    else { return nil }
    return FrozenStates(
      values: content.bytes.bindMemory(to: Float.self), owner: content.owner,
      width: model.backbone.width, rows: rows(model))
  }

  /// All that decides the states' bits: the tensors below the layer, the tokens, the products.
  private static func key(
    _ model: FineTunedModel, _ examples: TokenizedExamples, _ origin: Origin
  ) -> ContentHash {
    var hash = ContentHash()
    hash.add("states 1")
    hash.add(origin.configuration)
    hash.add(BLAS.description)
    hash.add(BLAS.threadCount)
    hash.add(model.lowestTunedLayer)
    hash.add(rows(model) == .all ? 0 : 1)
    let frozen =
      model.backbone.parameters(layer: nil)
      + (0..<model.lowestTunedLayer).flatMap { model.backbone.parameters(layer: $0) }
    for host in frozen where !host.name.hasPrefix("pooler") {
      hash.add(host.parameter.path)
      withExtendedLifetime(host.parameter) {
        hash.add(UnsafeRawBufferPointer(host.parameter.values))
      }
    }
    hash.add(examples.ids)
    hash.add(examples.types)
    hash.add(examples.offsets)
    return hash
  }
}

/// Memory for states that are not on the disk.
private final class StateStorage {
  let values: UnsafeMutableBufferPointer<Float>

  init(count: Int) { values = .allocate(capacity: count) }

  deinit { values.deallocate() }
}
