internal import LinearAlgebra

extension Tape {
  /// The rows that each head of a query puts against states: u_h = q_h W_h.
  ///
  /// With k = x Wᵀ the scores of head h are q_h k_hᵀ = (q_h W_h) xᵀ, W_h the rows of W that make
  /// the head's keys; a bias of k adds the same to all scores of a query and changes no softmax.
  /// q: [B, D], weight W: [D, E] → [B·H, E], the heads of a query one under the other.
  public func headQueries(_ q: Tensor, weight: Tensor, heads: Int) -> Tensor {
    headQueries(q, weight: weight, .none, heads: heads)
  }

  /// The scores of each head of a query against keys: q_h K_hᵀ.
  ///
  /// q: [B, D], keys K: [P, D] → [B·H, P], the heads of a query one under the other.
  public func headScores(_ q: Tensor, keys: Tensor, heads: Int) -> Tensor {
    headQueries(q, weight: keys, .transposed, heads: heads)
  }

  private func headQueries(
    _ q: Tensor, weight: Tensor, _ transpose: BLAS.Transpose, heads: Int
  ) -> Tensor {
    let operand = HeadRows(weight: weight, transpose: transpose, heads: heads)
    precondition(
      operand.depth == q.columns && heads > 0 && q.columns % heads == 0,
      "headQueries: q \(q.shape) and weight \(weight.shape) do not fit \(heads) heads")
    let u = makeTensor(
      Shape(q.rows * heads, operand.width),
      requiresGradient: q.requiresGradient || weight.requiresGradient)
    for head in 0..<heads {
      multiply(
        q.pointer + head * operand.size, stride: q.columns, weight.pointer + operand.start(head),
        transpose, stride: weight.columns, into: u.pointer + head * operand.width,
        stride: heads * operand.width, rows: q.rows, columns: operand.width, inner: operand.size)
    }
    endOperation(.products)
    if u.requiresGradient {
      record(HeadQueriesOperation(output: u, queries: q, operand: operand))
    }
    return u
  }

  /// Each head's own columns of its own row: y_b = [x_b1's first D/H, …, x_bH's last D/H].
  ///
  /// x: [B·H, D], the heads of a query one under the other → [B, D].
  public func headDiagonal(_ x: Tensor, heads: Int) -> Tensor {
    precondition(
      heads > 0 && x.rows % heads == 0 && x.columns % heads == 0,
      "headDiagonal: x \(x.shape) does not fit \(heads) heads")
    let y = makeTensor(
      Shape(x.rows / heads, x.columns), requiresGradient: x.requiresGradient)
    let size = x.columns / heads
    for row in 0..<x.rows {
      let column = row % heads * size
      (y.pointer + row / heads * x.columns + column).update(
        from: x.pointer + row * x.columns + column, count: size)
    }
    if y.requiresGradient {
      record(HeadDiagonalOperation(output: y, input: x, heads: heads))
    }
    return y
  }
}

/// The rows W_h of op(W) [D, E], stored as it is or transposed, that belong to each head.
private struct HeadRows {
  let weight: Tensor
  let transpose: BLAS.Transpose
  let heads: Int

  var depth: Int { transpose == .none ? weight.rows : weight.columns }
  var width: Int { transpose == .none ? weight.columns : weight.rows }
  /// D / H, the rows of a head.
  var size: Int { depth / heads }

  /// The element of W where the rows of a head begin.
  func start(_ head: Int) -> Int { head * size * (transpose == .none ? weight.columns : 1) }
}

private struct HeadQueriesOperation: Operation {
  static var stage: WorkStage { .products }

  let output: Tensor
  let queries: Tensor
  let operand: HeadRows

  /// dq_h = du_h W_hᵀ, dW_h = q_hᵀ du_h, or its transpose.
  func backward(_ gradient: OutputGradient, tape: Tape) {
    let (size, width, heads) = (operand.size, operand.width, operand.heads)
    let weight = operand.weight
    let queryTarget = tape.target(for: queries)
    let weightTarget = tape.target(for: weight)
    for head in 0..<heads {
      let (own, query) = (gradient.pointer + head * width, queries.pointer + head * size)
      if let queryTarget {
        tape.multiply(
          own, stride: heads * width, weight.pointer + operand.start(head),
          operand.transpose.flipped, stride: weight.columns,
          into: queryTarget.pointer + head * size, stride: queries.columns,
          rows: queries.rows, columns: size, inner: width, accumulates: queryTarget.accumulates)
      }
      if let weightTarget {
        let isStored = operand.transpose == .none
        BLAS.multiply(
          isStored ? query : own, .transposed, stride: isStored ? queries.columns : heads * width,
          isStored ? own : query, .none, stride: isStored ? heads * width : queries.columns,
          into: weightTarget.pointer + operand.start(head), stride: weight.columns,
          rows: isStored ? size : width, columns: isStored ? width : size, inner: queries.rows,
          beta: weightTarget.beta)
      }
    }
  }
}

private struct HeadDiagonalOperation: Operation {
  let output: Tensor
  let input: Tensor
  let heads: Int

  /// dx is dy on the diagonal blocks and 0 elsewhere.
  func backward(_ gradient: OutputGradient, tape: Tape) {
    guard let target = tape.target(for: input) else { return }
    target.clearIfNew(input.count)
    let size = input.columns / heads
    for row in 0..<input.rows {
      let column = row % heads * size
      VectorMath.add(
        gradient.pointer + row / heads * input.columns + column,
        to: target.pointer + row * input.columns + column, count: size)
    }
  }
}
