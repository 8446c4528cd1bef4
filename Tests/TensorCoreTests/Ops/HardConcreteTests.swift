import Foundation
import LinearAlgebra
import TensorCore
import Testing

@Suite struct HardConcreteTests {
  private static func gate(_ logit: Double) -> Double {
    min(1, max(0, 3 / (1 + exp(-logit)) - 1.5))
  }

  /// α of all magnitudes between the kinks at 0 and ln 5.
  @Test func equalsReferenceWithoutNoise() {
    GradientCheck(
      leaves: [.awayFromZero("alpha", Shape(7, 5))],
      operation: { $0.hardConcrete($1[0], key: nil) },
      reference: { t in t[0].map(Self.gate) }
    ).run()
  }

  /// A draw adds ln u − ln(1 − u) to α, u from the words of the key's stream.
  @Test func aDrawMovesTheParameterByLogisticNoise() {
    let key = RandomKey(seed: 3).derived("gates")
    let count = 1_030
    let alpha = Leaf.normal("alpha", Shape(count)).values
    let noise = (0..<count).map { index -> Double in
      let word = CounterRandom.block(UInt64(index / 4), key: key)[index % 4]
      let u = min(max((Double(word >> 8) + 0.5) * 0x1p-24, 1e-4), 1 - 1e-4)
      return log(u) - log(1 - u)
    }
    Tape.evaluate { tape in
      let drawn = tape.hardConcrete(tape.constant(alpha, shape: Shape(count)), key: key).array
      let expected = zip(alpha, noise).map { Self.gate(Double($0) + $1) }
      let largest = zip(drawn, expected).map { abs(Double($0) - $1) }.max() ?? 1
      #expect(largest < 1e-4)
      // Another key, other gates.
      #expect(
        tape.hardConcrete(tape.constant(alpha, shape: Shape(count)), key: key.derived(1)).array
          != drawn)
    }
  }

  /// P(z > 0) = σ(α), as −l/h = 1.
  @Test(arguments: [-2.0, 0, 1.5])
  func theShareOfOpenGatesIsTheSigmoid(alpha: Double) {
    let count = 40_000
    Tape.evaluate { tape in
      let all = tape.constant([Float](repeating: Float(alpha), count: count), shape: Shape(count))
      let open = tape.hardConcrete(all, key: RandomKey(seed: 8)).array.filter { $0 > 0 }.count
      // Five deviations of a share of 40,000 draws.
      #expect(abs(Double(open) / Double(count) - 1 / (1 + exp(-alpha))) < 0.0125)
    }
  }

  /// Whatever is drawn, a settled gate is 1 or 0 and passes no gradient to its parameter.
  @Test func settledGatesStay() {
    let alpha = Parameter(
      path: "alpha", shape: Shape(4096),
      values: (0..<4096).map { $0.isMultiple(of: 2) ? 30 : -30 })
    alpha.makeTrainable()
    let tape = Tape(recording: true)
    let z = tape.hardConcrete(tape.parameter(alpha), key: RandomKey(seed: 2))
    #expect(z.array == alpha.array.map { $0 > 0 ? 1 : 0 })
    tape.backward(from: tape.meanAbsolute(z))
    #expect(alpha.gradientArray.allSatisfy { $0 == 0 })
  }
}
