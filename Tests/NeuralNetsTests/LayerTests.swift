import LinearAlgebra
import NeuralNets
import TensorCore
import Testing

/// The layers pass their parameters and settings to the ops that the tensor core tests.
@Suite struct LayerTests {
  private let tape = Tape(recording: true)

  private func constant(_ name: String, _ shape: Shape) -> Tensor {
    tape.constant(normalNumbers(name, shape.count), shape: shape)
  }

  @Test func linearAppliesWeightAndBias() {
    let linear = normalLinear("map", from: 3, to: 2)
    let x = constant("x", Shape(4, 3))
    let expected = tape.linear(
      x, weight: tape.parameter(linear.weight), bias: linear.bias.map { tape.parameter($0) })
    #expect(linear(x, tape: tape).array == expected.array)
    #expect((linear.inputWidth, linear.outputWidth) == (3, 2))
  }

  @Test func layerNormAppliesToTheSumWithItsResidual() {
    let norm = LayerNorm(
      scale: normalParameter("scale", Shape(6)), shift: normalParameter("shift", Shape(6)),
      epsilon: 1e-3)
    let (x, residual) = (constant("x", Shape(2, 6)), constant("r", Shape(2, 6)))
    let expected = norm(tape.add(x, residual), tape: tape).array
    #expect(norm(x, residual: residual, tape: tape).array == expected)
  }

  @Test func embeddingsAddTheirThreeRows() {
    let embeddings = Embeddings(
      words: Parameter(path: "w", shape: Shape(3, 1), values: [1, 2, 3]),
      tokenTypes: Parameter(path: "t", shape: Shape(2, 1), values: [10, 20]),
      positions: Parameter(path: "p", shape: Shape(2, 1), values: [100, 200]))
    let batch = PackedBatch(sequences: [(ids: [2, 0], types: [0, 1]), (ids: [1], types: [1])])
    #expect(embeddings(batch, tape: tape).array == [113, 221, 122])
  }

  @Test(arguments: Activation.allCases)
  func activationsAreTheOpsOfTheirNames(_ activation: Activation) {
    let x = tape.constant([-1, 0.5, 2], shape: Shape(3))
    let expected: [Activation: [Float]] = [
      .gelu: [-0.15865525, 0.34573123, 1.9544997], .geluTanh: [-0.15880801, 0.345714, 1.9545977],
      .relu: [0, 0.5, 2], .tanh: [-0.76159416, 0.46211716, 0.9640276],
      .silu: [-0.26894143, 0.31122967, 1.7615942], .identity: [-1, 0.5, 2],
    ]
    let values = activation(x, tape: tape).array
    #expect(zip(values, expected[activation] ?? []).allSatisfy { abs($0 - $1) < 1e-6 })
    #expect(expected[activation] != nil)
  }

  @Test func dropoutIsNamedByItsLabel() {
    let x = tape.constant([Float](repeating: 1, count: 64), shape: Shape(64))
    let (first, second) = (Dropout(rate: 0.5, label: "a"), Dropout(rate: 0.5, label: "b"))
    #expect(first(x, tape: tape).array == x.array)
    tape.noise = RandomKey(seed: 4)
    #expect(first(x, tape: tape).array == first(x, tape: tape).array)
    #expect(first(x, tape: tape).array != second(x, tape: tape).array)
    #expect(Dropout(rate: 0, label: "a")(x, tape: tape).array == x.array)
  }

  @Test func selfAttentionSeesItsPrefixAndItsDropout() {
    let batch = PackedBatch(sequences: [(ids: [1, 1], types: [0, 0]), (ids: [1], types: [0])])
    let attention = SelfAttention(heads: 2, dropout: Dropout(rate: 0.5, label: "attention"))
    let (q, k, v) = (
      constant("q", Shape(3, 4)), constant("k", Shape(3, 4)), constant("v", Shape(3, 4))
    )
    let (keys, values) = (constant("pk", Shape(2, 4)), constant("pv", Shape(2, 4)))
    let plain = attention(q, k, v, batch: batch, tape: tape).array
    #expect(plain == tape.attention(q, k, v, offsets: batch.offsets, heads: 2).array)
    let prefixed = attention(
      q, k, v, batch: batch, prefix: AttentionPrefix(keys: keys, values: values), tape: tape
    ).array
    #expect(
      prefixed
        == tape.attention(
          q, k, v, offsets: batch.offsets, heads: 2, prefixKeys: keys, prefixValues: values
        ).array)
    tape.noise = RandomKey(seed: 4)
    #expect(attention(q, k, v, batch: batch, tape: tape).array != plain)
  }

  @Test func targetsChooseTheLoss() {
    let x = tape.constant([1, 3], shape: Shape(2, 1))
    #expect(Targets.values([0, 1]).loss(x, tape: tape).scalar == 2.5)
    let logits = tape.constant([0, 0], shape: Shape(1, 2))
    #expect(abs(Targets.classes([1]).loss(logits, tape: tape).scalar - 0.6931472) < 1e-6)
    #expect((Targets.values([0, 1]).count, Targets.classes([1]).count) == (2, 1))
  }
}
