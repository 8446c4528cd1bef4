internal import CVectorKernels
internal import LinearAlgebra

extension Tape {
  /// A frozen affine map of a function of every element: y = f(x) Wᵀ + b.
  ///
  /// f(x) is made for some rows at a time, which stay in the cache, and is never stored: no gradient
  /// reads it, as W is frozen. x: [T, in], weight W: [out, in], bias b: [out] → [T, out].
  /// - Precondition: the weight requires no gradient.
  public func linear(
    _ function: PointwiseFunction, of x: Tensor, weight: Tensor, bias: Tensor? = nil
  ) -> Tensor {
    precondition(
      weight.shape.rank == 2 && weight.columns == x.columns,
      "linear: x \(x.shape) and weight \(weight.shape) do not fit: weight must be [out, in]")
    precondition(
      !weight.requiresGradient && bias.map { $0.count == weight.rows } ?? true,
      "linear: the weight \(weight.shape) must be frozen and the bias as long as it has rows")
    let needsGradient = x.requiresGradient || (bias?.requiresGradient ?? false)
    let y = makeTensor(
      Shape(x.rows, weight.rows), requiresGradient: needsGradient, isOverwritable: true)
    let operation = ActivatedLinearOperation(
      output: y, input: x, weight: weight, bias: bias, function: function)
    operation.forward(tape: self)
    endOperation(.products)
    if needsGradient { record(operation) }
    return y
  }
}

private struct ActivatedLinearOperation: Operation {
  static var stage: WorkStage { .products }

  let output: Tensor
  let input: Tensor
  let weight: Tensor
  let bias: Tensor?
  let function: PointwiseFunction

  func forward(tape: Tape) {
    let (inner, width) = (input.columns, output.columns)
    let start = bias.map { UnsafePointer($0.pointer) }
    tape.withRightOperand(
      weight.pointer, .transposed, stride: inner, columns: width, inner: inner
    ) { right in
      forEachBlock(right, scratch: 1, tape: tape) { row, count, activated in
        function.apply(to: input.pointer + row * inner, into: activated, count: count * inner)
        right.multiply(
          activated, stride: inner, into: output.pointer + row * width, stride: width,
          rows: count, start: start)
      }
    }
  }

  /// dx = (dy W) f′(x), db = Σ_rows dy.
  func backward(_ gradient: OutputGradient, tape: Tape) {
    let (inner, width) = (input.columns, output.columns)
    if let target = tape.target(for: input) {
      tape.withRightOperand(
        weight.pointer, .none, stride: inner, columns: inner, inner: width
      ) { right in
        forEachBlock(right, scratch: 2, tape: tape) { row, count, block in
          let elements = count * inner
          right.multiply(
            gradient.pointer + row * width, stride: width, into: block, stride: inner,
            rows: count)
          var saved = UnsafePointer(input.pointer + row * inner)
          if function.derivativeReadsOutput {
            function.apply(to: saved, into: block + elements, count: elements)
            saved = UnsafePointer(block + elements)
          }
          function.differentiate(
            saved, block, into: target.pointer + row * inner, count: elements,
            accumulating: target.flag)
        }
      }
    }
    if let bias { tape.accumulateColumnSums(gradient, rows: input.rows, into: bias) }
  }

  /// Calls the body with a row, the number of rows from there on, and memory for some of them.
  private func forEachBlock(
    _ right: RightOperand, scratch copies: Int, tape: Tape,
    _ body: (_ row: Int, _ count: Int, _ scratch: UnsafeMutablePointer<Float>) -> Void
  ) {
    let block = right.blockRows(of: input.rows)
    tape.withScratch(copies * block * input.columns) { scratch in
      for row in stride(from: 0, to: input.rows, by: max(1, block)) {
        body(row, min(block, input.rows - row), scratch)
      }
    }
  }
}
