import LinearAlgebra
import TensorCore
import Testing

/// The factor of element i by the definition: word i of the stream against rate · 2³².
func dropoutFactor(_ index: Int, rate: Float, key: RandomKey) -> Double {
  let word = CounterRandom.block(UInt64(index / 4), key: key)[index % 4]
  return word >= UInt32(Double(rate) * 0x1p32) ? 1 / (1 - Double(rate)) : 0
}

@Suite struct DropoutTests {
  private let key = RandomKey(seed: 5).derived("dropout")

  /// 259 elements: one full batch of blocks of the kernel, and a tail of less than a block.
  @Test(arguments: [1, 7, 256, 259], [Float(0.1), 0.5])
  func equalsReference(count: Int, rate: Float) {
    GradientCheck(
      leaves: [.normal("x", Shape(count))],
      operation: { $0.dropout($1[0], rate: rate, key: key) },
      reference: { t in
        t[0].indices.map { t[0][$0] * dropoutFactor($0, rate: rate, key: key) }
      }
    ).run()
  }

  @Test func keptShareAndScaleAreThoseOfTheRate() {
    let tape = Tape(recording: false)
    let count = 100_000
    let ones = tape.constant([Float](repeating: 1, count: count), shape: Shape(count))
    for rate in [Float(0.05), 0.1, 0.5, 0.9] {
      let result = tape.dropout(ones, rate: rate, key: key).array
      let kept = result.filter { $0 != 0 }
      #expect(kept.allSatisfy { $0 == Float(1 / (1 - Double(rate))) })
      let expected = Double(count) * (1 - Double(rate))
      let deviation = (expected * Double(rate)).squareRoot()
      #expect(abs(Double(kept.count) - expected) < 4 * deviation)
    }
  }

  @Test func sameKeySameMaskOtherKeyOtherMask() {
    let tape = Tape(recording: false)
    let x = tape.constant([Float](repeating: 1, count: 64), shape: Shape(64))
    let first = tape.dropout(x, rate: 0.5, key: key).array
    #expect(tape.dropout(x, rate: 0.5, key: key).array == first)
    #expect(tape.dropout(x, rate: 0.5, key: key.derived(1)).array != first)
  }

  @Test func rateZeroIsTheIdentity() {
    let tape = Tape(recording: false)
    let x = tape.constant([1, 2, 3], shape: Shape(3))
    #expect(tape.dropout(x, rate: 0, key: key).values.baseAddress == x.values.baseAddress)
  }
}
