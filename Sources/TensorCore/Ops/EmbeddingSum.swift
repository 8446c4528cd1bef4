internal import CVectorKernels

extension Tape {
  /// The sum of three embeddings of every token.
  ///
  /// y_t = tokenTable[tokens_t] + typeTable[types_t] + positionTable[positions_t];
  /// tables: [V, D], [types, D], [positions, D], indices: T each → [T, D].
  ///
  /// - Parameter inserted: rows [P, D] that no token stands for; the token −1 − i takes row i of
  ///   them in place of one of the token table.
  public func embeddingSum(
    tokens: [Int32], types: [Int32], positions: [Int32], tokenTable: Tensor, typeTable: Tensor,
    positionTable: Tensor, inserted: Tensor? = nil
  ) -> Tensor {
    precondition(
      types.count == tokens.count && positions.count == tokens.count,
      "embeddingSum: \(tokens.count) tokens, \(types.count) types and \(positions.count) positions"
        + " must be as many")
    let lookups = (
      EmbeddingLookup(indices: tokens, table: tokenTable, inserted: inserted),
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
        || positionTable.requiresGradient || inserted?.requiresGradient ?? false)
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
  /// The rows of negative indices, −1 for the first.
  let inserted: Tensor?

  init(indices: [Int32], table: Tensor, inserted: Tensor? = nil) {
    precondition(
      table.shape.rank == 2, "embeddingSum: a table must be [rows, D], got \(table.shape)")
    precondition(
      inserted.map { $0.columns == table.columns } ?? true,
      "embeddingSum: inserted rows \(inserted?.shape ?? table.shape) must be as wide as the table"
        + " \(table.shape)")
    self.indices = indices
    self.table = table
    self.inserted = inserted
  }

  func row(_ token: Int) -> UnsafeMutablePointer<Float> {
    let index = Int(indices[token])
    if index < 0, let inserted {
      precondition(
        -1 - index < inserted.rows,
        "embeddingSum: token \(token) asks for row \(-1 - index) of \(inserted.rows) inserted ones")
      return inserted.pointer + (-1 - index) * inserted.columns
    }
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
    let table = tape.target(for: lookup.table)
    let inserted = lookup.inserted.flatMap { tape.target(for: $0) }
    guard table != nil || inserted != nil else { return }
    table?.clearIfNew(lookup.table.count)
    inserted?.clearIfNew(lookup.inserted?.count ?? 0)
    let width = output.columns
    for (row, index) in lookup.indices.enumerated() {
      guard let target = index < 0 ? inserted : table else { continue }
      let place = index < 0 ? -1 - Int(index) : Int(index)
      vk_axpy(1, gradient.pointer + row * width, target.pointer + place * width, width)
    }
  }
}
