internal import CVectorKernels

extension Tape {
  /// Every row times a number of its own: y_ij = f_i x_ij; x: [N, D], factors f: [N] → [N, D].
  public func scaleRows(_ x: Tensor, by factors: Tensor) -> Tensor {
    precondition(
      factors.count == x.rows,
      "scaleRows: factors \(factors.shape) must have as many elements as x \(x.shape) has rows")
    let y = makeTensor(x.shape, requiresGradient: x.requiresGradient || factors.requiresGradient)
    for row in 0..<x.rows {
      vk_scale(
        factors.values[row], x.pointer + row * x.columns, y.pointer + row * x.columns, x.columns)
    }
    if y.requiresGradient { record(ScaleRowsOperation(output: y, input: x, factors: factors)) }
    return y
  }

  /// The Euclidean norm of every row: [N, D] → [N]; the gradient of a row of zeros is 0.
  public func rowNorms(_ x: Tensor) -> Tensor {
    let norms = makeTensor(Shape(x.rows), requiresGradient: x.requiresGradient)
    for row in 0..<x.rows {
      norms.values[row] = Float(
        vk_sum_of_squares(x.pointer + row * x.columns, x.columns).squareRoot())
    }
    if norms.requiresGradient { record(RowNormsOperation(output: norms, input: x)) }
    return norms
  }
}

private struct ScaleRowsOperation: Operation {
  let output: Tensor
  let input: Tensor
  let factors: Tensor

  /// df_i = Σ_j dy_ij x_ij, dx_ij = f_i dy_ij.
  func backward(_ gradient: OutputGradient, tape: Tape) {
    let width = input.columns
    if let target = tape.target(for: factors) {
      target.clearIfNew(factors.count)
      for row in 0..<input.rows {
        target.pointer[row] += vk_dot(
          gradient.pointer + row * width, input.pointer + row * width, width)
      }
    }
    if let target = tape.target(for: input) {
      target.clearIfNew(input.count)
      for row in 0..<input.rows {
        vk_axpy(
          factors.values[row], gradient.pointer + row * width, target.pointer + row * width, width)
      }
    }
  }
}

private struct RowNormsOperation: Operation {
  let output: Tensor
  let input: Tensor

  /// dx_i = dy_i x_i / ‖x_i‖.
  func backward(_ gradient: OutputGradient, tape: Tape) {
    guard let target = tape.target(for: input) else { return }
    let width = input.columns
    target.clearIfNew(input.count)
    for row in 0..<input.rows where output.values[row] > 0 {
      vk_axpy(
        gradient.pointer[row] / output.values[row], input.pointer + row * width,
        target.pointer + row * width, width)
    }
  }
}
