import NeuralNets
import Testing

@Suite struct PackedBatchTests {
  private let batch = PackedBatch(sequences: [
    (ids: [5, 6, 7], types: [0, 0, 1]), (ids: [8], types: [0]), (ids: [9, 5], types: [0, 1]),
  ])

  @Test func sequencesFollowEachOther() {
    #expect(batch.tokens == [5, 6, 7, 8, 9, 5])
    #expect(batch.types == [0, 0, 1, 0, 0, 1])
    #expect(batch.positions == [0, 1, 2, 0, 0, 1])
    #expect(batch.offsets == [0, 3, 4, 6])
    #expect((batch.sequenceCount, batch.tokenCount) == (3, 6))
    #expect(batch.firstTokens == [0, 3, 4])
    #expect((0..<3).map { batch.length($0) } == [3, 1, 2])
  }

  @Test func positionsMayStartLater() {
    let shifted = PackedBatch(sequences: [(ids: [1, 2], types: [0, 0])], firstPosition: 2)
    #expect(shifted.positions == [2, 3])
  }

  @Test func insertedRowsStandInFrontOfEverySequence() {
    var expanded = PackedBatch(sequences: [(ids: [1, 1, 1], types: [1, 1, 1])])
    expanded.take(batch, insertingRows: 2, positionShift: 2)
    #expect(expanded.tokens == [-1, -2, 5, 6, 7, -1, -2, 8, -1, -2, 9, 5])
    #expect(expanded.types == [0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1])
    #expect(expanded.positions == [0, 1, 2, 3, 4, 0, 1, 2, 0, 1, 2, 3])
    #expect(expanded.offsets == [0, 5, 8, 12])
    #expect(expanded.firstTokens == [0, 5, 8])
    #expect((expanded.insertedRows, batch.insertedRows) == (2, 0))
    let shifted = PackedBatch(sequences: [(ids: [1, 2], types: [0, 0])], firstPosition: 2)
    expanded.take(shifted, insertingRows: 1, positionShift: 4)
    #expect(expanded.positions == [5, 6, 7])
    #expect((expanded.insertedRows, expanded.positionShift) == (1, 4))
    expanded.take(batch, insertingRows: 0, positionShift: 3)
    #expect(expanded.positions == [3, 4, 5, 3, 3, 4])
    #expect((expanded.tokens, expanded.offsets) == (batch.tokens, batch.offsets))
    expanded.removeAll()
    #expect(expanded == PackedBatch())
  }

  @Test func paddingStandsBehindEverySequence() {
    var padded = PackedBatch()
    padded.take(batch, insertingRows: 1, positionShift: 2, padding: 9)
    #expect(padded.tokens == [-1, 5, 6, 7, -1, 8, 9, 9, -1, 9, 5, 9])
    #expect(padded.types == [0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0])
    #expect(padded.positions == [1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4])
    #expect(padded.offsets == [0, 4, 8, 12] && padded.readCounts == [4, 2, 3])
    #expect((0..<3).map { padded.textRows($0) } == [1..<4, 5..<6, 9..<11])
    #expect(batch.readCounts == nil && batch.textRows(1) == 3..<4)
    padded.take(batch, insertingRows: 0, positionShift: 1)
    #expect(padded.readCounts == nil && padded.tokens == batch.tokens)
  }

  @Test func noSequencesAreAnEmptyBatch() {
    let empty = PackedBatch(sequences: [])
    #expect((empty.sequenceCount, empty.tokenCount) == (0, 0))
    #expect(empty.firstTokens.isEmpty)
  }
}
