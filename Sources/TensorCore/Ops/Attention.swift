internal import CVectorKernels
public import LinearAlgebra

extension Tape {
  /// Multi-head self-attention within each sequence of a packed batch.
  ///
  /// For every sequence and head, with K = D / heads: O = softmax(Q Kᵀ / √K) V, where trained
  /// prefix rows, if any, stand before the keys and values of every sequence.
  ///
  /// q, k, v: [T, D]; offsets: B + 1 row numbers, sequence b is rows offsets[b] ..< offsets[b + 1];
  /// prefix keys and values: [P, D] → [T, D]. Heads are column blocks, read where they lie. A sequence's
  /// result does not depend on the others.
  /// - Parameters:
  ///   - keyCounts: B numbers, the first rows of each sequence that are keys and values; the rest are
  ///     queries alone, as padding is behind a mask. nil where all rows are.
  ///   - ownPrefixLength: P where every sequence has prefix rows of its own, [B·P, D] in the order of
  ///     the sequences; nil where all of them see the same [P, D].
  ///   - queries: the tokens that q has rows of: with `firstTokens` q is [B, D] and so is the
  ///     result, whose dropout masks are those of these rows in the whole.
  ///   - dropout: rate and stream of the dropout on attention probabilities; nil is off.
  /// Reference: arXiv 1706.03762, section 3.2; prefix: arXiv 2101.00190, section 4.
  public func attention(
    _ q: Tensor, _ k: Tensor, _ v: Tensor, queries: TokenRows = .all, offsets: [Int32],
    keyCounts: [Int32]? = nil, heads: Int,
    prefixKeys: Tensor? = nil, prefixValues: Tensor? = nil, ownPrefixLength: Int? = nil,
    dropout: (rate: Float, key: RandomKey)? = nil
  ) -> Tensor {
    let layout = AttentionLayout(
      q, k, queriesPerSequence: queries == .all ? nil : 1, offsets: offsets, keyCounts: keyCounts,
      heads: heads, prefix: prefixKeys, ownPrefixLength: ownPrefixLength)
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

  /// What a few queries of each sequence read of its states: A X_b, A = softmax(s U_b X_bᵀ).
  ///
  /// u: [B·n, D], the n queries of a sequence one under the other; x: [T, D] → [B·n, D]. Rivals of
  /// the states, such as a prefix, come by their scores C: [B·n, R]. Then (P, A) =
  /// softmax(s (C, U Xᵀ)), and the result is (P, A X): [B·n, R + D].
  /// - Parameters:
  ///   - offsets: B + 1 row numbers, sequence b is rows offsets[b] ..< offsets[b + 1] of x.
  ///   - keyCounts: the first rows of each sequence that are read; nil where all are.
  ///   - scale: s, before the softmax.
  public func attend(
    _ u: Tensor, over x: Tensor, besides rivals: Tensor? = nil, queriesPerSequence: Int,
    offsets: [Int32], keyCounts: [Int32]? = nil, scale: Float
  ) -> Tensor {
    precondition(
      u.columns == x.columns && (rivals.map { $0.rows == u.rows } ?? true),
      "attend: queries \(u.shape) and states \(x.shape) must have one width, queries and rival"
        + " scores \(rivals?.shape ?? u.shape) equally many rows")
    let layout = AttentionLayout(
      u, x, queriesPerSequence: queriesPerSequence, offsets: offsets, keyCounts: keyCounts,
      heads: 1,
      rivals: rivals)
    let parents = AttentionParents(q: u, k: x, v: x, rivals: rivals)
    return attention(parents, layout, scale: scale, mask: nil)
  }

  private func attention(
    _ parents: AttentionParents, _ layout: AttentionLayout, scale: Float, mask: DropoutMask?
  ) -> Tensor {
    let needsGradient = parents.requireGradient
    let output = makeTensor(
      Shape(parents.q.rows, layout.outputWidth), requiresGradient: needsGradient)
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
  var prefixKeys: Tensor?
  var prefixValues: Tensor?
  /// Scores [B·n, R] that stand before those of the keys.
  var rivals: Tensor?

  var requireGradient: Bool {
    q.requiresGradient || k.requiresGradient || v.requiresGradient
      || prefixKeys?.requiresGradient ?? false || prefixValues?.requiresGradient ?? false
      || rivals?.requiresGradient ?? false
  }
}

/// One head of one sequence.
private struct AttentionBlock {
  /// n, the tokens of the sequence that are keys.
  let length: Int
  /// The queries for which the head is computed.
  let queryCount: Int
  /// P + n, the scores that have a key.
  let keyed: Int
  /// R + P + n, a row of scores.
  let total: Int
  /// The element of [T, D] where the head's keys and values begin.
  let corner: Int
  /// The element of q where the head's rows begin.
  let queryCorner: Int
  /// The element of the output where the head's rows begin.
  let outputCorner: Int
  /// The first row of q that is a query of the sequence.
  let queryRow: Int
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
  /// softmax(Q Kᵀ / √K) of every sequence and head, [queries, R + P + n] each; nil when not recorded.
  let probabilities: UnsafeMutablePointer<Float>?

  private func forEachBlock(_ body: (AttentionBlock) -> Void) {
    var (probability, noise) = (0, 0)
    for sequence in layout.sequences {
      let (rows, length) = (layout.length(sequence), layout.keyCount(sequence))
      guard rows > 0 else { continue }
      let queryCount = layout.queryCount(sequence)
      let queryRow = layout.queryStart(sequence)
      let keyed = layout.prefixLength + length
      let total = layout.rivalCount + keyed
      for head in 0..<layout.heads {
        let column = head * layout.headWidth
        body(
          AttentionBlock(
            length: length, queryCount: queryCount, keyed: keyed, total: total,
            corner: layout.start(sequence) * layout.width + column,
            queryCorner: queryRow * layout.width + column,
            outputCorner: queryRow * layout.outputWidth + layout.rivalCount + column,
            queryRow: queryRow,
            prefixCorner: sequence * layout.prefixStride * layout.width + column,
            probability: probability, noise: noise))
        probability += AttentionLayout.block(queryCount, total: total)
        noise += AttentionLayout.block(rows, total: total)
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
        parents.q.pointer + block.queryCorner, layout.width, 1, panels,
        scores + layout.rivalCount, block.total, block.queryCount, block.keyed, layout.headWidth,
        scale, 0)
      if let rivals = parents.rivals {
        forEachRivalRow(block) { score, rival, _ in
          vk_scale(scale, rivals.pointer + rival, scores + score, layout.rivalCount)
        }
      }
      vk_softmax_rows(scores, scores, block.queryCount, block.total)
      let weights = dropped(scores, block, into: scratch + layout.largestBlock)
      vk_pack_rows(rows(block, parents.prefixValues, parents.v), layout.headWidth, panels)
      vk_panel_product(
        weights + layout.rivalCount, block.total, 1, panels, output.pointer + block.outputCorner,
        layout.outputWidth, block.queryCount, layout.headWidth, block.keyed, 1, 0)
      forEachRivalRow(block) { score, _, row in
        (output.pointer + row).update(from: weights + score, count: layout.rivalCount)
      }
    }
  }

  /// For every query of a block: where its row begins in the scores, the rivals and the output.
  private func forEachRivalRow(
    _ block: AttentionBlock, _ body: (_ scores: Int, _ rivals: Int, _ output: Int) -> Void
  ) {
    guard layout.rivalCount > 0 else { return }
    for query in 0..<block.queryCount {
      let row = block.queryRow + query
      body(query * block.total, row * layout.rivalCount, row * layout.outputWidth)
    }
  }

  /// A head's rows of the prefix, then those of the sequence.
  private func rows(_ block: AttentionBlock, _ prefix: Tensor?, _ own: Tensor) -> vk_stack {
    vk_stack(
      first: prefix.map { UnsafePointer($0.pointer + block.prefixCorner) },
      first_rows: layout.prefixLength, second: own.pointer + block.corner,
      second_rows: block.length, stride: layout.width)
  }

  /// A head's rows of the queries.
  private func queryRows(_ block: AttentionBlock) -> vk_stack {
    vk_stack(
      first: nil, first_rows: 0, second: parents.q.pointer + block.queryCorner,
      second_rows: block.queryCount, stride: layout.width)
  }

  /// A head's rows of the output's gradient.
  private func outputRows(_ block: AttentionBlock, _ gradient: OutputGradient) -> vk_stack {
    vk_stack(
      first: nil, first_rows: 0, second: gradient.pointer + block.outputCorner,
      second_rows: block.queryCount, stride: layout.outputWidth)
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
    let targets = AttentionTargets(parents, hasPadding: layout.keyCounts != nil, tape: tape)
    let needsScores =
      targets.q != nil || targets.k != nil || targets.prefixKeys != nil || targets.rivals != nil
    tape.withScratch(layout.scratchCount) { scratch in
      let panels = scratch + 2 * layout.largestBlock
      forEachBlock { block in
        let weights = probabilities + block.probability
        if targets.v != nil || targets.prefixValues != nil {
          vk_pack_rows(outputRows(block, gradient), layout.headWidth, panels)
          spread(
            dropped(weights, block, into: scratch), block, panels, targets.prefixValues,
            targets.v)
        }
        guard needsScores else { return }
        let scores = scratch + layout.largestBlock
        scoreGradients(block, gradient, weights, into: scores, panels)
        if let target = targets.q {
          vk_pack_rows(rows(block, parents.prefixKeys, parents.k), layout.headWidth, panels)
          vk_panel_product(
            scores + layout.rivalCount, block.total, 1, panels,
            target.pointer + block.queryCorner, layout.width, block.queryCount, layout.headWidth,
            block.keyed, 1, target.flag)
        }
        if let target = targets.rivals {
          forEachRivalRow(block) { score, rival, _ in
            vk_axpy(1, scores + score, target.pointer + rival, layout.rivalCount)
          }
        }
        if targets.k != nil || targets.prefixKeys != nil {
          vk_pack_rows(queryRows(block), layout.headWidth, panels)
          spread(scores, block, panels, targets.prefixKeys, targets.k)
        }
      }
    }
  }

  /// Adds Wᵀ B to the gradients of prefix and sequence, W [queries, R + P + n], B packed.
  private func spread(
    _ weights: UnsafePointer<Float>, _ block: AttentionBlock, _ panels: UnsafePointer<Float>,
    _ prefix: GradientTarget?, _ own: GradientTarget?
  ) {
    let weights = weights + layout.rivalCount
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
    _ block: AttentionBlock, _ gradient: OutputGradient,
    _ probabilities: UnsafePointer<Float>, into scores: UnsafeMutablePointer<Float>,
    _ panels: UnsafeMutablePointer<Float>
  ) {
    vk_pack_columns(rows(block, parents.prefixValues, parents.v), layout.headWidth, panels)
    vk_panel_product(
      gradient.pointer + block.outputCorner, layout.outputWidth, 1, panels,
      scores + layout.rivalCount, block.total, block.queryCount, block.keyed, layout.headWidth, 1,
      0)
    forEachRivalRow(block) { score, _, row in
      (scores + score).update(from: gradient.pointer + row, count: layout.rivalCount)
    }
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
  let rivals: GradientTarget?

  /// - Parameter hasPadding: whether rows of k and v are never read, whose gradient is zero.
  init(_ parents: AttentionParents, hasPadding: Bool, tape: Tape) {
    let nodes = (parents.q.node, parents.k.node, parents.v.node)
    let isShared = nodes.0 == nodes.1 || nodes.1 == nodes.2 || nodes.0 == nodes.2
    q = Self.target(for: parents.q, isCleared: isShared, tape: tape)
    k = Self.target(for: parents.k, isCleared: isShared || hasPadding, tape: tape)
    v = Self.target(for: parents.v, isCleared: isShared || hasPadding, tape: tape)
    prefixKeys = parents.prefixKeys.flatMap { tape.target(for: $0) }
    prefixValues = parents.prefixValues.flatMap { tape.target(for: $0) }
    if let keys = parents.prefixKeys { prefixKeys?.clearIfNew(keys.count) }
    if let values = parents.prefixValues { prefixValues?.clearIfNew(values.count) }
    rivals = parents.rivals.flatMap { tape.target(for: $0) }
    if let scores = parents.rivals { rivals?.clearIfNew(scores.count) }
  }

  /// A target that several parents share, or of which rows are left out, starts from zero and is added
  /// to.
  private static func target(for parent: Tensor, isCleared: Bool, tape: Tape) -> GradientTarget? {
    guard let target = tape.target(for: parent) else { return nil }
    guard isCleared else { return target }
    target.clearIfNew(parent.count)
    return GradientTarget(pointer: target.pointer, accumulates: true)
  }
}
