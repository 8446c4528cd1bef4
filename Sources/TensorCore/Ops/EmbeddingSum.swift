internal import CVectorKernels

extension Tape {
  /// The sum of three embeddings of every token.
  ///
  /// y_t = tokenTable[tokens_t] + typeTable[types_t] + positionTable[positions_t];
  /// tables: [V, D], [types, D], [positions, D], indices: T each → [T, D].
  public func embeddingSum(
    tokens: [Int32], types: [Int32], positions: [Int32], tokenTable: Tensor, typeTable: Tensor,
    positionTable: Tensor
  ) -> Tensor {
    precondition(
      types.count == tokens.count && positions.count == tokens.count,
      "embeddingSum: \(tokens.count) tokens, \(types.count) types and \(positions.count) positions"
        + " must be as many")
    let lookups = (
      EmbeddingLookup(indices: tokens, table: tokenTable),
      EmbeddingLookup(indices: types, table: typeTable),
      EmbeddingLookup(indices: positions, table: positionTable)
    )
    let width = tokenTable.columns
    precondition(
      typeTable.columns == width && positionTable.columns == width,
      "embeddingSum: tables \(tokenTable.shape), \(typeTable.shape) and \(positionTable.shape)"
        + " must be equally wide")
    let y = makeTensor(
      Shape(tokens.count, width),
      requiresGradient: tokenTable.requiresGradient || typeTable.requiresGradient
        || positionTable.requiresGradient)
    for row in 0..<tokens.count {
      let target = y.pointer + row * width
      vk_add(lookups.0.row(row), lookups.1.row(row), target, width)
      vk_add(target, lookups.2.row(row), target, width)
    }
    if y.requiresGradient { record(EmbeddingSumOperation(output: y, lookups: lookups)) }
    return y
  }
}

/// A table and the row of it that each token takes.
private struct EmbeddingLookup {
  let indices: [Int32]
  let table: Tensor

  init(indices: [Int32], table: Tensor) {
    precondition(
      table.shape.rank == 2, "embeddingSum: a table must be [rows, D], got \(table.shape)")
    self.indices = indices
    self.table = table
  }

  func row(_ token: Int) -> UnsafeMutablePointer<Float> {
    let index = Int(indices[token])
    precondition(
      index >= 0 && index < table.rows,
      "embeddingSum: index \(index) of token \(token) is outside a table of \(table.rows) rows")
    return table.pointer + index * table.columns
  }
}

private struct EmbeddingSumOperation: Operation {
  let output: Tensor
  let lookups: (EmbeddingLookup, EmbeddingLookup, EmbeddingLookup)

  /// Every row of the gradient is added to the row that it came from.
  func backward(_ gradient: OutputGradient, tape: Tape) {
    scatter(gradient, into: lookups.0, tape: tape)
    scatter(gradient, into: lookups.1, tape: tape)
    scatter(gradient, into: lookups.2, tape: tape)
  }

  private func scatter(_ gradient: OutputGradient, into lookup: EmbeddingLookup, tape: Tape) {
    guard let target = tape.target(for: lookup.table) else { return }
    let width = output.columns
    target.clearIfNew(lookup.table.count)
    for (row, index) in lookup.indices.enumerated() {
      vk_axpy(1, gradient.pointer + row * width, target.pointer + Int(index) * width, width)
    }
  }
}
