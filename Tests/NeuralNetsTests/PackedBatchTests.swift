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

  @Test func noSequencesAreAnEmptyBatch() {
    let empty = PackedBatch(sequences: [])
    #expect((empty.sequenceCount, empty.tokenCount) == (0, 0))
    #expect(empty.firstTokens.isEmpty)
  }
}
