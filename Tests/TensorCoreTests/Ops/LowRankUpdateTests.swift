import TensorCore
import Testing

@Suite struct LowRankUpdateTests {
  @Test(arguments: [(1, 3, 1, 2), (5, 7, 2, 3), (9, 4, 8, 5)])
  func equalsReference(rows: Int, inner: Int, rank: Int, width: Int) {
    GradientCheck(
      leaves: [
        .normal("y", Shape(rows, width)), .normal("x", Shape(rows, inner)),
        .normal("a", Shape(rank, inner)), .normal("b", Shape(width, rank)),
      ],
      operation: {
        $0.lowRankUpdate($1[0], input: $1[1], a: $1[2], b: $1[3], scale: 0.75)
      },
      reference: {
        Reference.lowRankUpdate(
          $0[0], $0[1], $0[2], $0[3], inner: inner, rank: rank, width: width, scale: 0.75)
      }
    ).run()
  }

  /// The fast path: y comes from `linear` and its storage is taken over, twice.
  @Test func stacksOnLinearInPlace() {
    GradientCheck(
      leaves: [
        .normal("x", Shape(5, 4)), .normal("weight", Shape(3, 4)), .normal("a", Shape(2, 4)),
        .normal("b", Shape(3, 2)), .normal("c", Shape(1, 4)), .normal("d", Shape(3, 1)),
      ],
      operation: { tape, t in
        let y = tape.linear(t[0], weight: t[1])
        let once = tape.lowRankUpdate(y, input: t[0], a: t[2], b: t[3], scale: 0.5)
        let twice = tape.lowRankUpdate(once, input: t[0], a: t[4], b: t[5], scale: 2)
        #expect(twice.values.baseAddress == y.values.baseAddress)
        return twice
      },
      reference: {
        let y = Reference.linear($0[0], $0[1], nil, inner: 4, width: 3)
        let once = Reference.lowRankUpdate(
          y, $0[0], $0[2], $0[3], inner: 4, rank: 2, width: 3, scale: 0.5)
        return Reference.lowRankUpdate(
          once, $0[0], $0[4], $0[5], inner: 4, rank: 1, width: 3, scale: 2)
      }
    ).run()
  }

  @Test func storageOfOtherResultsIsNotTakenOver() {
    let tape = Tape(recording: false)
    let y = tape.constant([1, 2], shape: Shape(1, 2))
    let x = tape.constant([1], shape: Shape(1, 1))
    let a = tape.constant([1], shape: Shape(1, 1))
    let b = tape.constant([1, 1], shape: Shape(2, 1))
    #expect(tape.lowRankUpdate(y, input: x, a: a, b: b, scale: 3).array == [4, 5])
    #expect(y.array == [1, 2])
  }
}
