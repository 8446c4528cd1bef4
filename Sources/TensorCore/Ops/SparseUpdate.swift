internal import LinearAlgebra

/// Entries of a matrix by row and column; two of one place add up.
public struct MatrixEntries {
  public var rows: [Int32]
  public var columns: [Int32]

  public init(rows: [Int32] = [], columns: [Int32] = []) {
    precondition(
      rows.count == columns.count,
      "MatrixEntries: \(rows.count) rows and \(columns.count) columns")
    self.rows = rows
    self.columns = columns
  }

  public var count: Int { rows.count }
}

extension Tape {
  /// Adds the map of a sparse matrix to y: y_{t, r_j} + x_{t, c_j} v_j, summed over entries j.
  ///
  /// y: [T, out], x: [T, in], values v: [K], entries: K rows r in 0 ..< out and columns c in
  /// 0 ..< in, of which those in `range` take part → [T, out]. Few entries are added one by one; more than one
  /// in 32 of the matrix's go through a product with the matrix itself, which is then faster.
  ///
  /// The result takes over the storage of a `y` as in `rowBlockUpdate`.
  public func sparseUpdate(
    _ y: Tensor, input x: Tensor, values v: Tensor, entries: MatrixEntries, range: Range<Int>
  ) -> Tensor {
    precondition(
      y.rows == x.rows && v.count == entries.count && range.upperBound <= entries.count,
      "sparseUpdate: y \(y.shape), x \(x.shape), values \(v.shape), \(entries.count) entries and"
        + " range \(range) do not fit: expected y [T, out], x [T, in] and a value for each entry")
    precondition(
      range.allSatisfy {
        entries.rows[$0] >= 0 && entries.rows[$0] < Int32(y.columns)
          && entries.columns[$0] >= 0 && entries.columns[$0] < Int32(x.columns)
      },
      "sparseUpdate: entries must lie in a matrix of \(y.columns) rows and \(x.columns) columns")
    let result = updatable(y, with: [x, v])
    let matrix = SparseMatrix(
      entries: entries, range: range, rows: y.columns, columns: x.columns)
    if matrix.isDense {
      withScratch(matrix.elementCount) { dense in
        matrix.fill(dense, from: v)
        multiply(
          x.pointer, stride: x.columns, dense, .transposed, stride: x.columns,
          into: result.pointer, stride: y.columns, rows: x.rows, columns: y.columns,
          inner: x.columns, accumulates: true)
      }
    } else {
      for token in 0..<x.rows {
        let (source, target) = (x.pointer + token * x.columns, result.pointer + token * y.columns)
        matrix.forEach { index, row, column in
          target[row] += source[column] * v.pointer[index]
        }
      }
    }
    endOperation(.products)
    if result.requiresGradient {
      record(SparseOperation(output: result, base: y, input: x, values: v, matrix: matrix))
    }
    return result
  }
}

/// The entries of a matrix [rows, columns] that take part in one update.
private struct SparseMatrix {
  let entries: MatrixEntries
  let range: Range<Int>
  let rows: Int
  let columns: Int

  var elementCount: Int { rows * columns }
  var isDense: Bool { range.count * 32 > elementCount }

  func forEach(_ body: (_ index: Int, _ row: Int, _ column: Int) -> Void) {
    entries.rows.withUnsafeBufferPointer { rows in
      entries.columns.withUnsafeBufferPointer { columns in
        for index in range { body(index, Int(rows[index]), Int(columns[index])) }
      }
    }
  }

  /// The matrix itself, row-major.
  func fill(_ dense: UnsafeMutablePointer<Float>, from values: Tensor) {
    dense.update(repeating: 0, count: elementCount)
    forEach { index, row, column in dense[row * columns + column] += values.pointer[index] }
  }
}

private struct SparseOperation: Operation {
  static var stage: WorkStage { .products }

  let output: Tensor
  let base: Tensor
  let input: Tensor
  let values: Tensor
  let matrix: SparseMatrix

  /// dv_j = Σ_t dy_{t, r_j} x_{t, c_j}; dx_{t, c_j} += dy_{t, r_j} v_j; dy passes to y unchanged.
  func backward(_ gradient: OutputGradient, tape: Tape) {
    if let target = tape.target(for: values) {
      target.clearIfNew(values.count)
      if matrix.isDense {
        addDenseValueGradient(gradient, to: target, tape: tape)
      } else {
        forEachToken { token in
          let dy = gradient.pointer + token * matrix.rows
          let x = input.pointer + token * matrix.columns
          matrix.forEach { index, row, column in target.pointer[index] += dy[row] * x[column] }
        }
      }
    }
    if let target = tape.target(for: input) { addInputGradient(gradient, to: target, tape: tape) }
    tape.pass(gradient, to: base, isLast: true)
  }

  private func forEachToken(_ body: (Int) -> Void) {
    for token in 0..<input.rows { body(token) }
  }

  private func addDenseValueGradient(
    _ gradient: OutputGradient, to target: GradientTarget, tape: Tape
  ) {
    tape.withScratch(matrix.elementCount) { dense in
      BLAS.multiply(
        gradient.pointer, .transposed, stride: matrix.rows, input.pointer, .none,
        stride: matrix.columns, into: dense, stride: matrix.columns, rows: matrix.rows,
        columns: matrix.columns, inner: input.rows, beta: 0)
      matrix.forEach { index, row, column in
        target.pointer[index] += dense[row * matrix.columns + column]
      }
    }
  }

  private func addInputGradient(
    _ gradient: OutputGradient, to target: GradientTarget, tape: Tape
  ) {
    if matrix.isDense {
      tape.withScratch(matrix.elementCount) { dense in
        matrix.fill(dense, from: values)
        tape.multiply(
          gradient.pointer, stride: matrix.rows, dense, .none, stride: matrix.columns,
          into: target.pointer, stride: matrix.columns, rows: input.rows, columns: matrix.columns,
          inner: matrix.rows, accumulates: target.accumulates)
      }
      return
    }
    target.clearIfNew(input.count)
    forEachToken { token in
      let dy = gradient.pointer + token * matrix.rows
      let dx = target.pointer + token * matrix.columns
      matrix.forEach { index, row, column in dx[column] += dy[row] * values.pointer[index] }
    }
  }
}
