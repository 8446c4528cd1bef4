internal import NeuralNets
internal import TensorCore

/// The embedding tables, the adapters that put rows in front of every sequence, and those that add to
/// what enters layer 0.
final class AdaptedEmbeddings {
  let tables: Embeddings
  /// The token of padding, where an adapter asks for it.
  private let paddingToken: Int32
  private var adapters: [any EmbeddingAdapter] = []
  private var inputAdapters: [any InputAdapter] = []
  /// Whether rows differ from sequence to sequence.
  private var hasOwnRows = false
  /// The last expanded batch, whose memory the next one uses again.
  private var lastExpanded = PackedBatch()

  init(_ tables: Embeddings, paddingToken: Int) {
    self.tables = tables
    self.paddingToken = Int32(paddingToken)
  }

  func attach(_ adapter: any EmbeddingAdapter) {
    adapters.append(adapter)
    hasOwnRows = hasOwnRows || adapter is any RoutedEmbeddingAdapter
  }

  func attach(_ adapter: any InputAdapter) {
    inputAdapters.append(adapter)
  }

  func detachAll() {
    adapters.removeAll()
    inputAdapters.removeAll()
    hasOwnRows = false
  }

  /// By how much the positions of the texts move.
  var positionShift: Int { adapters.reduce(0) { $0 + $1.positionShift } }

  private var insertedRows: Int { adapters.reduce(0) { $0 + $1.rowCount } }

  private var padsSequences: Bool { adapters.contains { $0.padsSequences } }

  /// The batch with the adapters' rows in front of each sequence, and padding behind it where one asks
  /// for it.
  func expanded(_ batch: PackedBatch) -> PackedBatch {
    let (shift, isPadded) = (positionShift, padsSequences)
    if batch.positionShift == shift, (batch.readCounts != nil) == isPadded { return batch }
    lastExpanded.take(
      batch, insertingRows: insertedRows, positionShift: shift,
      padding: isPadded ? paddingToken : nil)
    return lastExpanded
  }

  /// The sums for all rows of an expanded batch: [T, D].
  func callAsFunction(_ batch: PackedBatch, tape: Tape) -> Tensor {
    precondition(
      batch.insertedRows == insertedRows && batch.positionShift == positionShift,
      "embeddings: the batch has \(batch.insertedRows) inserted rows, the adapters \(insertedRows)")
    return tables(batch, inserted: inserted(batch, tape: tape), tape: tape)
  }

  /// The states [T, D] behind the norm with what adapters add to them.
  func adapted(_ states: Tensor, tape: Tape) -> Tensor {
    inputAdapters.reduce(states) { tape.add($0, $1.delta(states, tape: tape)) }
  }

  /// Rows that some adapter puts in front of each sequence.
  private struct Rows {
    let values: Tensor
    /// P.
    let count: Int
    /// Whether every sequence has P of its own.
    let areOwn: Bool
  }

  /// All inserted rows, [P, D] where every sequence has the same and [B·P, D] else.
  private func inserted(_ batch: PackedBatch, tape: Tape) -> Tensor? {
    guard !hasOwnRows else { return ownRows(batch, tape: tape) }
    var shared: Tensor?
    for adapter in adapters {
      guard let rows = adapter.rows(tape: tape) else { continue }
      shared = shared.map { tape.concatenateRows([$0, rows]) } ?? rows
    }
    return shared
  }

  /// The rows of each sequence one after the other, in the order of attachment: [B·P, D].
  private func ownRows(_ batch: PackedBatch, tape: Tape) -> Tensor {
    let words = tables.wordMeans(batch, tape: tape)
    let parts = adapters.compactMap { adapter -> Rows? in
      let own = (adapter as? any RoutedEmbeddingAdapter)?.ownRows(words, tape: tape)
      return (own ?? adapter.rows(tape: tape)).map {
        Rows(values: $0, count: adapter.rowCount, areOwn: own != nil)
      }
    }
    var order: [Int32] = []
    for sequence in 0..<batch.sequenceCount {
      var start = 0
      for part in parts {
        let own = start + (part.areOwn ? sequence * part.count : 0)
        order += (own..<own + part.count).map { Int32($0) }
        start += part.values.rows
      }
    }
    return tape.gatherRows(tape.concatenateRows(parts.map(\.values)), rows: order)
  }
}
