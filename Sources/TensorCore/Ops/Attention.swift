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
  /// padding exists, so no mask is needed.
  /// - Parameter dropout: rate and stream of the dropout on attention probabilities; nil is off.
  /// Reference: arXiv 1706.03762, section 3.2; prefix: arXiv 2101.00190, section 4.
  public func attention(
    _ q: Tensor, _ k: Tensor, _ v: Tensor, offsets: [Int32], heads: Int,
    prefixKeys: Tensor? = nil, prefixValues: Tensor? = nil,
    dropout: (rate: Float, key: RandomKey)? = nil
  ) -> Tensor {
    let layout = AttentionLayout(q, offsets: offsets, heads: heads, prefix: prefixKeys)
    precondition(
      q.shape == k.shape && q.shape == v.shape && prefixKeys?.shape == prefixValues?.shape
        && (prefixKeys.map { $0.columns == q.columns } ?? true),
      "attention: q \(q.shape), k \(k.shape), v \(v.shape) must have one shape, and prefix keys"
        + " and values [P, D] another")
    let parents = AttentionParents(
      q: q, k: k, v: v, prefixKeys: prefixKeys, prefixValues: prefixValues)
    let mask = dropout.flatMap { $0.rate > 0 ? DropoutMask(rate: $0.rate, key: $0.key) : nil }
    let needsGradient = parents.requireGradient
    let output = makeTensor(q.shape, requiresGradient: needsGradient)
    let saved = needsGradient ? makeSaved(layout.probabilityCount) : nil
    let operation = AttentionOperation(
      output: output, parents: parents, layout: layout, mask: mask, probabilities: saved)
    withScratch(layout.largestBlock * (mask == nil ? 1 : 2)) { operation.forward(scratch: $0) }
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
  let offsets: [Int32]
  let heads: Int
  let width: Int
  let prefixLength: Int

  init(_ q: Tensor, offsets: [Int32], heads: Int, prefix: Tensor?) {
    precondition(
      heads > 0 && q.columns % heads == 0,
      "attention: width \(q.columns) must be a multiple of the number of heads, \(heads)")
    precondition(
      offsets.first == 0 && offsets.last.map(Int.init) == q.rows,
      "attention: offsets must run from 0 to the \(q.rows) rows of q, got \(offsets)")
    self.offsets = offsets
    self.heads = heads
    self.width = q.columns
    self.prefixLength = prefix?.rows ?? 0
  }

  var headWidth: Int { width / heads }
  var sequences: Range<Int> { 0..<(offsets.count - 1) }
  func start(_ sequence: Int) -> Int { Int(offsets[sequence]) }
  func length(_ sequence: Int) -> Int { Int(offsets[sequence + 1]) - Int(offsets[sequence]) }
  /// Floats of one probability block [n, P + n], rounded up to whole blocks of random words.
  func block(_ sequence: Int) -> Int {
    let n = length(sequence)
    return (n * (prefixLength + n) + 3) & ~3
  }
  var largestBlock: Int { sequences.reduce(0) { max($0, block($1)) } }
  var probabilityCount: Int { sequences.reduce(0) { $0 + heads * block($1) } }
}

/// One head of one sequence.
private struct AttentionBlock {
  /// n, the tokens of the sequence.
  let length: Int
  /// The element of [T, D] where the head's rows begin.
  let corner: Int
  /// The element of a prefix [P, D] where the head's rows begin.
  let column: Int
  /// The element of all probabilities where the block begins.
  let probability: Int
}

private struct AttentionOperation: Operation {
  let output: Tensor
  let parents: AttentionParents
  let layout: AttentionLayout
  let mask: DropoutMask?
  /// softmax(Q Kᵀ / √K) of every sequence and head, [n, P + n] each; nil when not recorded.
  let probabilities: UnsafeMutablePointer<Float>?

  private var scale: Float { 1 / Float(layout.headWidth).squareRoot() }

  private func forEachBlock(_ body: (AttentionBlock) -> Void) {
    var probability = 0
    for sequence in layout.sequences {
      let length = layout.length(sequence)
      guard length > 0 else { continue }
      for head in 0..<layout.heads {
        let column = head * layout.headWidth
        body(
          AttentionBlock(
            length: length, corner: layout.start(sequence) * layout.width + column,
            column: column, probability: probability))
        probability += layout.block(sequence)
      }
    }
  }

  /// Fills the output; `scratch` holds one block of probabilities, and a dropped one with dropout.
  func forward(scratch: UnsafeMutablePointer<Float>) {
    let prefix = layout.prefixLength
    forEachBlock { block in
      let (n, total) = (block.length, prefix + block.length)
      let scores = probabilities.map { $0 + block.probability } ?? scratch
      if let keys = parents.prefixKeys {
        product(
          parents.q.pointer + block.corner, .none, layout.width, keys.pointer + block.column,
          .transposed, layout.width, scores, total, n, prefix, layout.headWidth, scale, 0)
      }
      product(
        parents.q.pointer + block.corner, .none, layout.width, parents.k.pointer + block.corner,
        .transposed, layout.width, scores + prefix, total, n, n, layout.headWidth, scale, 0)
      vk_softmax_rows(scores, scores, n, total)
      let weights = dropped(
        scores, block, into: scratch + (probabilities == nil ? layout.largestBlock : 0))
      product(
        weights + prefix, .none, total, parents.v.pointer + block.corner, .none, layout.width,
        output.pointer + block.corner, layout.width, n, layout.headWidth, n, 1, 0)
      if let values = parents.prefixValues {
        product(
          weights, .none, total, values.pointer + block.column, .none, layout.width,
          output.pointer + block.corner, layout.width, n, layout.headWidth, prefix, 1, 1)
      }
    }
  }

  /// The probabilities after dropout, computed into `storage`; without dropout they are themselves.
  private func dropped(
    _ probabilities: UnsafeMutablePointer<Float>, _ block: AttentionBlock,
    into storage: UnsafeMutablePointer<Float>
  ) -> UnsafeMutablePointer<Float> {
    guard let mask else { return probabilities }
    mask.apply(
      to: probabilities, into: storage,
      count: block.length * (layout.prefixLength + block.length),
      firstBlock: block.probability / 4)
    return storage
  }

  /// With A the dropped and S the plain probabilities: dV = Aᵀ dO, dA = dO Vᵀ (masked to dS),
  /// dscores = S (dS − Σ dS S) / √K, dQ = dscores K, dK = dscoresᵀ Q.
  func backward(_ gradient: OutputGradient, tape: Tape) {
    guard let probabilities else { return }
    let targets = AttentionTargets(parents, tape: tape)
    let needsScores = targets.q != nil || targets.k != nil || targets.prefixKeys != nil
    tape.withScratch(2 * layout.largestBlock) { scratch in
      forEachBlock { block in
        let upstream = gradient.pointer + block.corner
        let weights = probabilities + block.probability
        valueGradients(
          block, upstream, dropped(weights, block, into: scratch), targets)
        guard needsScores else { return }
        let scores = scratch + layout.largestBlock
        scoreGradients(block, upstream, weights, into: scores)
        queryAndKeyGradients(block, scores, targets)
      }
    }
  }

  private func valueGradients(
    _ block: AttentionBlock, _ upstream: UnsafePointer<Float>, _ weights: UnsafePointer<Float>,
    _ targets: AttentionTargets
  ) {
    let prefix = layout.prefixLength
    let (n, total) = (block.length, prefix + block.length)
    if let target = targets.v {
      product(
        weights + prefix, .transposed, total, upstream, .none, layout.width,
        target.pointer + block.corner, layout.width, n, layout.headWidth, n, 1, target.beta)
    }
    if let target = targets.prefixValues {
      product(
        weights, .transposed, total, upstream, .none, layout.width,
        target.pointer + block.column, layout.width, prefix, layout.headWidth, n, 1, 1)
    }
  }

  private func scoreGradients(
    _ block: AttentionBlock, _ upstream: UnsafePointer<Float>,
    _ probabilities: UnsafePointer<Float>, into scores: UnsafeMutablePointer<Float>
  ) {
    let prefix = layout.prefixLength
    let (n, total) = (block.length, prefix + block.length)
    if let values = parents.prefixValues {
      product(
        upstream, .none, layout.width, values.pointer + block.column, .transposed, layout.width,
        scores, total, n, prefix, layout.headWidth, 1, 0)
    }
    product(
      upstream, .none, layout.width, parents.v.pointer + block.corner, .transposed, layout.width,
      scores + prefix, total, n, n, layout.headWidth, 1, 0)
    if let mask {
      mask.apply(
        to: scores, into: scores, count: n * total, firstBlock: block.probability / 4)
    }
    vk_softmax_rows_backward(probabilities, scores, scores, n, total, scale, 0)
  }

  private func queryAndKeyGradients(
    _ block: AttentionBlock, _ scores: UnsafePointer<Float>, _ targets: AttentionTargets
  ) {
    let prefix = layout.prefixLength
    let (n, total) = (block.length, prefix + block.length)
    if let target = targets.q {
      product(
        scores + prefix, .none, total, parents.k.pointer + block.corner, .none, layout.width,
        target.pointer + block.corner, layout.width, n, layout.headWidth, n, 1, target.beta)
      if let keys = parents.prefixKeys {
        product(
          scores, .none, total, keys.pointer + block.column, .none, layout.width,
          target.pointer + block.corner, layout.width, n, layout.headWidth, prefix, 1, 1)
      }
    }
    if let target = targets.k {
      product(
        scores + prefix, .transposed, total, parents.q.pointer + block.corner, .none,
        layout.width, target.pointer + block.corner, layout.width, n, layout.headWidth, n, 1,
        target.beta)
    }
    if let target = targets.prefixKeys {
      product(
        scores, .transposed, total, parents.q.pointer + block.corner, .none, layout.width,
        target.pointer + block.column, layout.width, prefix, layout.headWidth, n, 1, 1)
    }
  }

  /// C ← α op(A) op(B) + β C on blocks of larger matrices.
  private func product(
    _ a: UnsafePointer<Float>, _ aTranspose: BLAS.Transpose, _ aStride: Int,
    _ b: UnsafePointer<Float>, _ bTranspose: BLAS.Transpose, _ bStride: Int,
    _ c: UnsafeMutablePointer<Float>, _ cStride: Int, _ rows: Int, _ columns: Int, _ inner: Int,
    _ alpha: Float, _ beta: Float
  ) {
    BLAS.multiply(
      a, aTranspose, stride: aStride, b, bTranspose, stride: bStride, into: c, stride: cStride,
      rows: rows, columns: columns, inner: inner, alpha: alpha, beta: beta)
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
