internal import CVectorKernels
public import LinearAlgebra

extension Tape {
  /// Multi-head self-attention within each sequence of a packed batch.
  ///
  /// For every sequence and head, with K = D / heads: O = softmax(Q Kᵀ / √K) V, where trained
  /// prefix rows, if any, stand before the keys and values of every sequence.
  ///
  /// q, k, v: [T, D]; offsets: B + 1 row numbers, sequence b is rows offsets[b] ..< offsets[b + 1];
  /// prefix keys and values: [P, D] → [T, D]. Heads are column blocks, read where they lie. No
  /// padding exists, so no mask is needed. A sequence's result does not depend on the others.
  /// - Parameters:
  ///   - ownPrefixLength: P where every sequence has prefix rows of its own, [B·P, D] in the order of
  ///     the sequences; nil where all of them see the same [P, D].
  ///   - queries: the tokens that q has rows of: with `firstTokens` q is [B, D] and so is the
  ///     result, whose dropout masks are those of these rows in the whole.
  ///   - dropout: rate and stream of the dropout on attention probabilities; nil is off.
  /// Reference: arXiv 1706.03762, section 3.2; prefix: arXiv 2101.00190, section 4.
  public func attention(
    _ q: Tensor, _ k: Tensor, _ v: Tensor, queries: TokenRows = .all, offsets: [Int32],
    heads: Int,
    prefixKeys: Tensor? = nil, prefixValues: Tensor? = nil, ownPrefixLength: Int? = nil,
    dropout: (rate: Float, key: RandomKey)? = nil
  ) -> Tensor {
    let layout = AttentionLayout(
      q, k, queriesPerSequence: queries == .all ? nil : 1, offsets: offsets, heads: heads,
      prefix: prefixKeys, ownPrefixLength: ownPrefixLength)
    precondition(
      k.shape == v.shape && q.columns == k.columns && prefixKeys?.shape == prefixValues?.shape
        && (prefixKeys.map { $0.columns == q.columns } ?? true),
      "attention: k \(k.shape) and v \(v.shape) must have one shape, q \(q.shape) their width, and"
        + " prefix keys and values [P, D] another")
    let parents = AttentionParents(
      q: q, k: k, v: v, prefixKeys: prefixKeys, prefixValues: prefixValues)
    return attention(
      parents, layout, scale: 1 / Float(layout.headWidth).squareRoot(),
      mask: dropout.flatMap { $0.rate > 0 ? DropoutMask(rate: $0.rate, key: $0.key) : nil })
  }

  /// What a few queries of each sequence read of its states: P_b = softmax(s U_b X_bᵀ) X_b.
  ///
  /// u: [B·n, D], the n queries of a sequence one under the other; x: [T, D] → [B·n, D].
  /// - Parameters:
  ///   - offsets: B + 1 row numbers, sequence b is rows offsets[b] ..< offsets[b + 1] of x.
  ///   - scale: s, before the softmax.
  public func attend(
    _ u: Tensor, over x: Tensor, queriesPerSequence: Int, offsets: [Int32], scale: Float
  ) -> Tensor {
    precondition(
      u.columns == x.columns,
      "attend: queries \(u.shape) and states \(x.shape) must have one width")
    let layout = AttentionLayout(
      u, x, queriesPerSequence: queriesPerSequence, offsets: offsets, heads: 1, prefix: nil)
    let parents = AttentionParents(q: u, k: x, v: x, prefixKeys: nil, prefixValues: nil)
    return attention(parents, layout, scale: scale, mask: nil)
  }

  private func attention(
    _ parents: AttentionParents, _ layout: AttentionLayout, scale: Float, mask: DropoutMask?
  ) -> Tensor {
    let needsGradient = parents.requireGradient
    let output = makeTensor(parents.q.shape, requiresGradient: needsGradient)
    let saved = needsGradient ? makeSaved(layout.probabilityCount) : nil
    let operation = AttentionOperation(
      output: output, parents: parents, layout: layout, scale: scale, mask: mask,
      probabilities: saved)
    withScratch(layout.scratchCount) { operation.forward(scratch: $0) }
    endOperation(.attention)
    if needsGradient { record(operation) }
    return output
  }
}

/// The tensors that attention reads.
private struct AttentionParents {
  let q: Tensor
  let k: Tensor
  let v: Tensor
  let prefixKeys: Tensor?
  let prefixValues: Tensor?

  var requireGradient: Bool {
    q.requiresGradient || k.requiresGradient || v.requiresGradient
      || (prefixKeys?.requiresGradient ?? false) || (prefixValues?.requiresGradient ?? false)
  }
}

/// Where the sequences, heads and probability blocks of a packed batch lie.
private struct AttentionLayout {
  /// The queries of each sequence; nil where every token is one.
  let queriesPerSequence: Int?
  let offsets: [Int32]
  let heads: Int
  let width: Int
  let prefixLength: Int
  /// Rows of the prefix from one sequence's to the next one's; 0 where all see the same.
  let prefixStride: Int
  /// Floats of the largest probability block.
  let largestBlock: Int
  /// Floats of all probability blocks.
  let probabilityCount: Int
  /// Floats of the largest packed operand.
  let panelCount: Int

  init(
    _ q: Tensor, _ k: Tensor, queriesPerSequence: Int?, offsets: [Int32], heads: Int,
    prefix: Tensor?, ownPrefixLength: Int? = nil
  ) {
    precondition(
      heads > 0 && q.columns % heads == 0,
      "attention: width \(q.columns) must be a multiple of the number of heads, \(heads)")
    precondition(
      offsets.first == 0 && offsets.last.map(Int.init) == k.rows,
      "attention: offsets must run from 0 to the \(k.rows) rows of k, got \(offsets)")
    let queryRows = queriesPerSequence.map { $0 * (offsets.count - 1) } ?? k.rows
    precondition(
      q.rows == queryRows,
      "attention: q \(q.shape) must have \(queryRows) rows, one for each query of k \(k.shape)")
    self.queriesPerSequence = queriesPerSequence
    self.offsets = offsets
    self.heads = heads
    self.width = q.columns
    precondition(
      ownPrefixLength.map { $0 * (offsets.count - 1) == prefix?.rows } ?? true,
      "attention: a prefix of \(prefix?.rows ?? 0) rows is not \(ownPrefixLength ?? 0) for each of"
        + " \(offsets.count - 1) sequences")
    prefixLength = ownPrefixLength ?? prefix?.rows ?? 0
    prefixStride = ownPrefixLength ?? 0
    var (largest, sum, longest) = (0, 0, 0)
    for sequence in 0..<(offsets.count - 1) {
      let length = Int(offsets[sequence + 1] - offsets[sequence])
      let block = Self.block(queriesPerSequence ?? length, total: prefixLength + length)
      largest = max(largest, block)
      sum += heads * block
      longest = max(longest, prefixLength + length)
    }
    (largestBlock, probabilityCount) = (largest, sum)
    let panel = Int(VK_PANEL)
    func rounded(_ count: Int) -> Int { (count + panel - 1) / panel * panel }
    let headWidth = q.columns / heads
    panelCount = max(rounded(longest) * headWidth, longest * rounded(headWidth))
  }

  var headWidth: Int { width / heads }
  var sequences: Range<Int> { 0..<(offsets.count - 1) }
  /// Two probability blocks and a packed operand.
  var scratchCount: Int { 2 * largestBlock + panelCount }

  func start(_ sequence: Int) -> Int { Int(offsets[sequence]) }
  func length(_ sequence: Int) -> Int { Int(offsets[sequence + 1]) - Int(offsets[sequence]) }
  func queryStart(_ sequence: Int) -> Int {
    queriesPerSequence.map { $0 * sequence } ?? start(sequence)
  }
  func queryCount(_ sequence: Int) -> Int { queriesPerSequence ?? length(sequence) }

  /// Floats of one probability block [queries, P + n], rounded up to whole blocks of random words.
  static func block(_ queries: Int, total: Int) -> Int { (queries * total + 3) & ~3 }
}

/// One head of one sequence.
private struct AttentionBlock {
  /// n, the tokens of the sequence.
  let length: Int
  /// The queries for which the head is computed.
  let queryCount: Int
  /// P + n.
  let total: Int
  /// The element of [T, D] where the head's keys and values begin.
  let corner: Int
  /// The element of q and of the output where the head's rows begin.
  let queryCorner: Int
  /// The element of the prefix where the head's rows begin.
  let prefixCorner: Int
  /// The element of all probabilities where the block begins.
  let probability: Int
  /// The random word of the block's first element, counted as if all tokens were queries.
  let noise: Int
}

private struct AttentionOperation: Operation {
  static var stage: WorkStage { .attention }

  let output: Tensor
  let parents: AttentionParents
  let layout: AttentionLayout
  /// The factor of the scores, 1/√K of a head.
  let scale: Float
  let mask: DropoutMask?
  /// softmax(Q Kᵀ / √K) of every sequence and head, [queries, P + n] each; nil when not recorded.
  let probabilities: UnsafeMutablePointer<Float>?

  private func forEachBlock(_ body: (AttentionBlock) -> Void) {
    var (probability, noise) = (0, 0)
    for sequence in layout.sequences {
      let length = layout.length(sequence)
      guard length > 0 else { continue }
      let queryCount = layout.queryCount(sequence)
      let total = layout.prefixLength + length
      for head in 0..<layout.heads {
        let column = head * layout.headWidth
        body(
          AttentionBlock(
            length: length, queryCount: queryCount, total: total,
            corner: layout.start(sequence) * layout.width + column,
            queryCorner: layout.queryStart(sequence) * layout.width + column,
            prefixCorner: sequence * layout.prefixStride * layout.width + column,
            probability: probability, noise: noise))
        probability += AttentionLayout.block(queryCount, total: total)
        noise += AttentionLayout.block(length, total: total)
      }
    }
  }

  /// Fills the output; `scratch` holds two blocks of probabilities and a packed operand.
  func forward(scratch: UnsafeMutablePointer<Float>) {
    let panels = scratch + 2 * layout.largestBlock
    forEachBlock { block in
      let scores = probabilities.map { $0 + block.probability } ?? scratch
      vk_pack_columns(rows(block, parents.prefixKeys, parents.k), layout.headWidth, panels)
      vk_panel_product(
        parents.q.pointer + block.queryCorner, layout.width, 1, panels, scores, block.total,
        block.queryCount, block.total, layout.headWidth, scale, 0)
      vk_softmax_rows(scores, scores, block.queryCount, block.total)
      let weights = dropped(scores, block, into: scratch + layout.largestBlock)
      vk_pack_rows(rows(block, parents.prefixValues, parents.v), layout.headWidth, panels)
      vk_panel_product(
        weights, block.total, 1, panels, output.pointer + block.queryCorner, layout.width,
        block.queryCount, layout.headWidth, block.total, 1, 0)
    }
  }

  /// A head's rows of the prefix, then those of the sequence.
  private func rows(_ block: AttentionBlock, _ prefix: Tensor?, _ own: Tensor) -> vk_stack {
    vk_stack(
      first: prefix.map { UnsafePointer($0.pointer + block.prefixCorner) },
      first_rows: layout.prefixLength, second: own.pointer + block.corner,
      second_rows: block.length, stride: layout.width)
  }

  /// A head's rows of the queries or of their outputs.
  private func queryRows(_ block: AttentionBlock, _ values: UnsafePointer<Float>) -> vk_stack {
    vk_stack(
      first: nil, first_rows: 0, second: values + block.queryCorner,
      second_rows: block.queryCount, stride: layout.width)
  }

  /// The probabilities after dropout, computed into `storage`; without dropout they are themselves.
  private func dropped(
    _ probabilities: UnsafeMutablePointer<Float>, _ block: AttentionBlock,
    into storage: UnsafeMutablePointer<Float>
  ) -> UnsafeMutablePointer<Float> {
    guard let mask else { return probabilities }
    mask.apply(
      to: probabilities, into: storage, count: block.queryCount * block.total,
      firstWord: block.noise)
    return storage
  }

  /// With A the dropped and S the plain probabilities: dV = Aᵀ dO, dA = dO Vᵀ (masked to dS),
  /// dscores = S (dS − Σ dS S) / √K, dQ = dscores K, dK = dscoresᵀ Q.
  func backward(_ gradient: OutputGradient, tape: Tape) {
    guard let probabilities else { return }
    let targets = AttentionTargets(parents, tape: tape)
    let needsScores = targets.q != nil || targets.k != nil || targets.prefixKeys != nil
    tape.withScratch(layout.scratchCount) { scratch in
      let panels = scratch + 2 * layout.largestBlock
      forEachBlock { block in
        let weights = probabilities + block.probability
        if targets.v != nil || targets.prefixValues != nil {
          vk_pack_rows(queryRows(block, gradient.pointer), layout.headWidth, panels)
          spread(
            dropped(weights, block, into: scratch), block, panels, targets.prefixValues,
            targets.v)
        }
        guard needsScores else { return }
        let scores = scratch + layout.largestBlock
        scoreGradients(block, gradient.pointer, weights, into: scores, panels)
        if let target = targets.q {
          vk_pack_rows(rows(block, parents.prefixKeys, parents.k), layout.headWidth, panels)
          vk_panel_product(
            scores, block.total, 1, panels, target.pointer + block.queryCorner, layout.width,
            block.queryCount, layout.headWidth, block.total, 1, target.flag)
        }
        if targets.k != nil || targets.prefixKeys != nil {
          vk_pack_rows(queryRows(block, parents.q.pointer), layout.headWidth, panels)
          spread(scores, block, panels, targets.prefixKeys, targets.k)
        }
      }
    }
  }

  /// Adds Wᵀ B to the gradients of prefix and sequence, W [queries, P + n], B packed.
  private func spread(
    _ weights: UnsafePointer<Float>, _ block: AttentionBlock, _ panels: UnsafePointer<Float>,
    _ prefix: GradientTarget?, _ own: GradientTarget?
  ) {
    if let prefix {
      vk_panel_product(
        weights, 1, block.total, panels, prefix.pointer + block.prefixCorner, layout.width,
        layout.prefixLength, layout.headWidth, block.queryCount, 1, 1)
    }
    if let own {
      vk_panel_product(
        weights + layout.prefixLength, 1, block.total, panels, own.pointer + block.corner,
        layout.width, block.length, layout.headWidth, block.queryCount, 1, own.flag)
    }
  }

  private func scoreGradients(
    _ block: AttentionBlock, _ upstream: UnsafePointer<Float>,
    _ probabilities: UnsafePointer<Float>, into scores: UnsafeMutablePointer<Float>,
    _ panels: UnsafeMutablePointer<Float>
  ) {
    vk_pack_columns(rows(block, parents.prefixValues, parents.v), layout.headWidth, panels)
    vk_panel_product(
      upstream + block.queryCorner, layout.width, 1, panels, scores, block.total,
      block.queryCount, block.total, layout.headWidth, 1, 0)
    if let mask {
      mask.apply(
        to: scores, into: scores, count: block.queryCount * block.total, firstWord: block.noise)
    }
    vk_softmax_rows_backward(
      probabilities, scores, scores, block.queryCount, block.total, scale, 0)
  }
}

/// Where the gradients of the parents go; those of a prefix are summed over sequences.
private struct AttentionTargets {
  let q: GradientTarget?
  let k: GradientTarget?
  let v: GradientTarget?
  let prefixKeys: GradientTarget?
  let prefixValues: GradientTarget?

  init(_ parents: AttentionParents, tape: Tape) {
    let nodes = (parents.q.node, parents.k.node, parents.v.node)
    let isShared = nodes.0 == nodes.1 || nodes.1 == nodes.2 || nodes.0 == nodes.2
    q = Self.target(for: parents.q, isShared: isShared, tape: tape)
    k = Self.target(for: parents.k, isShared: isShared, tape: tape)
    v = Self.target(for: parents.v, isShared: isShared, tape: tape)
    prefixKeys = parents.prefixKeys.flatMap { tape.target(for: $0) }
    prefixValues = parents.prefixValues.flatMap { tape.target(for: $0) }
    if let keys = parents.prefixKeys { prefixKeys?.clearIfNew(keys.count) }
    if let values = parents.prefixValues { prefixValues?.clearIfNew(values.count) }
  }

  /// A target that several parents share starts from zero and is added to by each.
  private static func target(for parent: Tensor, isShared: Bool, tape: Tape) -> GradientTarget? {
    guard let target = tape.target(for: parent) else { return nil }
    guard isShared else { return target }
    target.clearIfNew(parent.count)
    return GradientTarget(pointer: target.pointer, accumulates: true)
  }
}
