internal import NeuralNets
internal import TensorCore

/// The embedding tables and the adapters that put rows in front of every sequence.
final class AdaptedEmbeddings {
  let tables: Embeddings
  private var adapters: [any EmbeddingAdapter] = []
  /// The last expanded batch, whose memory the next one uses again.
  private var lastExpanded = PackedBatch()

  init(_ tables: Embeddings) {
    self.tables = tables
  }

  func attach(_ adapter: any EmbeddingAdapter) {
    adapters.append(adapter)
  }

  func detachAll() {
    adapters.removeAll()
  }

  /// By how much the positions of the texts move.
  var positionShift: Int { adapters.reduce(0) { $0 + $1.positionShift } }

  private var insertedRows: Int { adapters.reduce(0) { $0 + $1.rowCount } }

  /// The batch with the adapters' rows in front of each sequence.
  func expanded(_ batch: PackedBatch) -> PackedBatch {
    let shift = positionShift
    if batch.positionShift == shift { return batch }
    lastExpanded.take(batch, insertingRows: insertedRows, positionShift: shift)
    return lastExpanded
  }

  /// The sums for all rows of an expanded batch: [T, D].
  func callAsFunction(_ batch: PackedBatch, tape: Tape) -> Tensor {
    precondition(
      batch.insertedRows == insertedRows && batch.positionShift == positionShift,
      "embeddings: the batch has \(batch.insertedRows) inserted rows, the adapters \(insertedRows)")
    var inserted: Tensor?
    for adapter in adapters {
      guard let rows = adapter.rows(tape: tape) else { continue }
      inserted = inserted.map { tape.concatenateRows([$0, rows]) } ?? rows
    }
    return tables(batch, inserted: inserted, tape: tape)
  }
}
