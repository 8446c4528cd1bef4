import LinearAlgebra
import NeuralNets
import TensorCore
import Testing

@Suite struct InitializationTests {
  private let shape = Shape(50, 200)
  private let key = RandomKey(seed: 6)

  @Test func constantsAreConstant() {
    #expect(Initialization.zeros.values(Shape(3), key: key) == [0, 0, 0])
    #expect(Initialization.constant(2).values(Shape(2), key: key) == [2, 2])
  }

  @Test func normalHasItsDeviation() {
    let values = Initialization.normal(standardDeviation: 0.02).values(shape, key: key)
    let variance = values.reduce(0) { $0 + Double($1) * Double($1) } / Double(values.count)
    #expect(abs(variance / 0.0004 - 1) < 0.06)
  }

  /// The bounds by hand: √(6 / (6 · 200)), √(6 / 250) and 0.3.
  @Test(arguments: [
    (Initialization.kaimingUniform(negativeSlope: 5.0.squareRoot()), 0.070710678),
    (.xavierUniform, 0.154919334), (.uniform(bound: 0.3), 0.3),
  ])
  func uniformFillsItsBound(scheme: Initialization, bound: Double) {
    let values = scheme.values(shape, key: key).map { Double($0) }
    let (low, high) = (values.min() ?? 0, values.max() ?? 0)
    #expect(low >= -bound * 1.000001 && high <= bound * 1.000001)
    #expect(low < -0.99 * bound && high > 0.99 * bound)
    let variance = values.reduce(0) { $0 + $1 * $1 } / Double(values.count)
    #expect(abs(variance / (bound * bound / 3) - 1) < 0.04)
  }

  @Test func valuesDependOnTheKeyOnly() {
    let scheme = Initialization.normal(standardDeviation: 1)
    #expect(scheme.values(shape, key: key) == scheme.values(shape, key: key))
    #expect(scheme.values(shape, key: key) != scheme.values(shape, key: key.derived(1)))
  }
}
