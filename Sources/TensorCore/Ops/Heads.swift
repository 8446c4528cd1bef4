internal import LinearAlgebra

extension Tape {
  /// The rows that each head of a query puts against states: u_h = q_h W_h.
  ///
  /// With k = x Wᵀ the scores of head h are q_h k_hᵀ = (q_h W_h) xᵀ, W_h the rows of W that make
  /// the head's keys; a bias of k adds the same to all scores of a query and changes no softmax.
  /// q: [B, D], weight W: [D, E] → [B·H, E], the heads of a query one under the other.
  public func headQueries(_ q: Tensor, weight: Tensor, heads: Int) -> Tensor {
    precondition(
      weight.rows == q.columns && heads > 0 && q.columns % heads == 0,
      "headQueries: q \(q.shape) and weight \(weight.shape) do not fit \(heads) heads")
    let u = makeTensor(
      Shape(q.rows * heads, weight.columns),
      requiresGradient: q.requiresGradient || weight.requiresGradient)
    let (size, width) = (q.columns / heads, weight.columns)
    for head in 0..<heads {
      multiply(
        q.pointer + head * size, stride: q.columns, weight.pointer + head * size * width, .none,
        stride: width, into: u.pointer + head * width, stride: heads * width, rows: q.rows,
        columns: width, inner: size)
    }
    endOperation(.products)
    if u.requiresGradient {
      record(HeadQueriesOperation(output: u, queries: q, weight: weight, heads: heads))
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

private struct HeadQueriesOperation: Operation {
  static var stage: WorkStage { .products }

  let output: Tensor
  let queries: Tensor
  let weight: Tensor
  let heads: Int

  /// dq_h = du_h W_hᵀ, dW_h = q_hᵀ du_h.
  func backward(_ gradient: OutputGradient, tape: Tape) {
    let (size, width) = (queries.columns / heads, weight.columns)
    let queryTarget = tape.target(for: queries)
    let weightTarget = tape.target(for: weight)
    for head in 0..<heads {
      let own = gradient.pointer + head * width
      if let queryTarget {
        tape.multiply(
          own, stride: heads * width, weight.pointer + head * size * width, .transposed,
          stride: width, into: queryTarget.pointer + head * size, stride: queries.columns,
          rows: queries.rows, columns: size, inner: width, accumulates: queryTarget.accumulates)
      }
      if let weightTarget {
        BLAS.multiply(
          queries.pointer + head * size, .transposed, stride: queries.columns, own, .none,
          stride: heads * width, into: weightTarget.pointer + head * size * width, stride: width,
          rows: size, columns: width, inner: queries.rows, beta: weightTarget.beta)
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
