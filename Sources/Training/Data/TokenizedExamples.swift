internal import NeuralNets

/// Examples as tokens, made once, from which packed batches are cut.
///
/// Sequence i is tokens offsets[i] ..< offsets[i + 1] of one flat array.
struct TokenizedExamples: Sendable {
  /// One encoded text or pair.
  struct Sequence: Sendable {
    let ids: [Int32]
    let types: [Int32]
    let isTruncated: Bool
  }

  private(set) var ids: [Int32] = []
  private(set) var types: [Int32] = []
  private(set) var offsets: [Int] = [0]
  /// What is right for each example; as many as sequences, or empty where there are no labels.
  private(set) var targets: [Example.Target] = []
  /// Sequences that lost tokens to the maximum length.
  private(set) var truncatedCount = 0

  /// Encodes examples in order.
  ///
  /// - Parameter encode: text and second text to tokens, cut to the maximum length.
  init(_ examples: some Swift.Sequence<Example>, encode: (String, String?) -> Sequence) {
    for example in examples {
      let sequence = encode(example.text, example.pair)
      ids += sequence.ids
      types += sequence.types
      offsets.append(ids.count)
      truncatedCount += sequence.isTruncated ? 1 : 0
      if let target = example.target { targets.append(target) }
    }
  }

  /// Examples that were encoded before.
  init(
    ids: [Int32], types: [Int32], offsets: [Int], targets: [Example.Target], truncatedCount: Int
  ) {
    self.ids = ids
    self.types = types
    self.offsets = offsets
    self.targets = targets
    self.truncatedCount = truncatedCount
  }

  var count: Int { offsets.count - 1 }
  var tokenCount: Int { ids.count }

  /// The number of tokens of a sequence.
  func length(_ index: Int) -> Int { offsets[index + 1] - offsets[index] }

  /// Some sequences packed end to end.
  func batch(_ indices: some Swift.Sequence<Int>) -> PackedBatch {
    var batch = PackedBatch()
    pack(indices, into: &batch)
    return batch
  }

  /// Packs some sequences in place of those of an earlier batch, whose memory is used again.
  func pack(_ indices: some Swift.Sequence<Int>, into batch: inout PackedBatch) {
    batch.removeAll()
    for index in indices {
      let range = offsets[index]..<offsets[index + 1]
      batch.append(ids[range], types: types[range])
    }
  }

  /// What is right for some sequences, as the loss takes it.
  func targets(_ indices: some Swift.Sequence<Int>) -> Targets {
    var buffer = TargetBuffer()
    return buffer.targets(indices, of: self)
  }

  /// Batches for evaluation, in order: at most `sequenceLimit` sequences and `tokenLimit` tokens
  /// each, at least one sequence.
  ///
  /// 64 sequences of 128 tokens fill the matrix products; more only costs memory.
  func evaluationBatches(sequenceLimit: Int = 64, tokenLimit: Int = 8192) -> [Range<Int>] {
    var batches: [Range<Int>] = []
    var start = 0
    for end in 0..<count {
      let isFull =
        end - start == sequenceLimit || offsets[end + 1] - offsets[start] > tokenLimit
      if isFull, end > start {
        batches.append(start..<end)
        start = end
      }
    }
    if start < count { batches.append(start..<count) }
    return batches
  }
}
