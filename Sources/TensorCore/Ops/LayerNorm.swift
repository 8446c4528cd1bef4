internal import CVectorKernels

extension Tape {
  /// Layer normalisation of every row: y = (x − μ) / √(σ² + ε) · scale + shift.
  ///
  /// x: [T, D], scale, shift: [D] → [T, D]; σ² is the variance with divisor D.
  /// Reference: arXiv 1607.06450, section 3.
  public func layerNorm(
    _ x: Tensor, scale: Tensor, shift: Tensor, epsilon: Float
  ) -> Tensor {
    layerNorm(x, residual: nil, scale: scale, shift: shift, epsilon: epsilon)
  }

  /// Layer normalisation of a sum that is never stored: LN(x + residual).
  public func layerNorm(
    sum x: Tensor, _ residual: Tensor, scale: Tensor, shift: Tensor, epsilon: Float
  ) -> Tensor {
    if x.requiresGradient && x.node == residual.node {
      return layerNorm(scaled(x, by: 2), scale: scale, shift: shift, epsilon: epsilon)
    }
    return layerNorm(x, residual: residual, scale: scale, shift: shift, epsilon: epsilon)
  }

  private func layerNorm(
    _ x: Tensor, residual: Tensor?, scale: Tensor, shift: Tensor, epsilon: Float
  ) -> Tensor {
    precondition(
      residual.map { $0.shape == x.shape } ?? true,
      "layerNorm: x \(x.shape) and residual \(residual?.shape ?? x.shape) must have one shape")
    precondition(
      scale.count == x.columns && shift.count == x.columns,
      "layerNorm: scale \(scale.shape) and shift \(shift.shape) must have as many elements"
        + " as x \(x.shape) has columns")
    let needsGradient =
      x.requiresGradient || (residual?.requiresGradient ?? false) || scale.requiresGradient
      || shift.requiresGradient
    let y = makeTensor(x.shape, requiresGradient: needsGradient)
    func run(_ statistics: UnsafeMutablePointer<Float>) {
      vk_layer_norm(
        x.pointer, residual?.pointer, scale.pointer, shift.pointer, epsilon, y.pointer,
        statistics, statistics + x.rows, x.rows, x.columns)
    }
    if needsGradient {
      let statistics = makeSaved(2 * x.rows)
      run(statistics)
      record(
        LayerNormOperation(
          output: y, input: x, residual: residual, scale: scale, shift: shift,
          statistics: statistics))
    } else {
      withScratch(2 * x.rows, run)
    }
    return y
  }
}

private struct LayerNormOperation: Operation {
  let output: Tensor
  let input: Tensor
  let residual: Tensor?
  let scale: Tensor
  let shift: Tensor
  /// The means of all rows, then the reciprocals of their standard deviations: [2, T].
  let statistics: UnsafeMutablePointer<Float>

  /// With n = (x − μ) ρ and g = dy · scale: dx = ρ (g − mean(g) − n mean(g n)), dscale = Σ dy n,
  /// dshift = Σ dy.
  func backward(_ gradient: OutputGradient, tape: Tape) {
    let residualTarget = residual.flatMap { tape.target(for: $0) }
    let scaleTarget = tape.target(for: scale)
    let shiftTarget = tape.target(for: shift)
    let inputTarget = tape.target(for: input, reusing: gradient)
    scaleTarget?.clearIfNew(scale.count)
    shiftTarget?.clearIfNew(shift.count)
    vk_layer_norm_backward(
      input.pointer, residual?.pointer, scale.pointer, statistics, statistics + input.rows,
      gradient.pointer, inputTarget?.pointer, inputTarget?.flag ?? 0, residualTarget?.pointer,
      residualTarget?.flag ?? 0, scaleTarget?.pointer, shiftTarget?.pointer, input.rows,
      input.columns)
  }
}
