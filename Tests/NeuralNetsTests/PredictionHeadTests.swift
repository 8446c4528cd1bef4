import Foundation
import LinearAlgebra
import NeuralNets
import TensorCore
import Testing

@Suite struct PredictionHeadTests {
  private static let (width, classes) = (5, 3)
  private static let labels: [Int32] = [2, 0, 1]
  private let batch = PackedBatch(sequences: [
    (ids: [1, 1], types: [0, 0]), (ids: [1], types: [0]), (ids: [1, 1, 1], types: [0, 0, 0]),
  ])
  private let hidden = normalNumbers("hidden", 6 * width)

  /// x Wᵀ + b of one row in Double.
  private static func affine(_ x: [Double], _ weight: [Double], _ bias: [Double]) -> [Double] {
    bias.indices.map { row in
      x.indices.reduce(bias[row]) { $0 + x[$1] * weight[row * x.count + $1] }
    }
  }

  /// The mean cross entropy of a head given as the logits of one [CLS] row.
  private func loss(_ hidden: [Double], _ logits: ([Double]) -> [Double]) -> Double {
    let rows = [0, 2, 3].map { Array(hidden[($0 * Self.width)..<(($0 + 1) * Self.width)]) }
    let losses = zip(rows, Self.labels).map { row, label -> Double in
      let values = logits(row)
      return log(values.reduce(0) { $0 + exp($1) }) - values[Int(label)]
    }
    return losses.reduce(0, +) / 3
  }

  /// Value and all gradients of a head's loss against Double, one parameter after the other.
  private func check(
    _ head: any PredictionHead, _ trained: [Parameter],
    _ logits: @escaping ([Double], [[Double]]) -> [Double]
  ) {
    let input = Parameter(path: "hidden", shape: Shape(6, Self.width), values: hidden)
    for parameter in trained + [input] { parameter.makeTrainable() }
    let tape = Tape(recording: true)
    let output = head.logits(hidden: tape.parameter(input), batch: batch, tape: tape)
    #expect(output.shape == Shape(3, Self.classes))
    let result = Targets.classes(Self.labels).loss(output, tape: tape)
    tape.backward(from: result)
    let values = trained.map { $0.array.map { Double($0) } }
    let exact = loss(hidden.map { Double($0) }) { logits($0, values) }
    #expect(abs(Double(result.scalar) - exact) < 1e-6)
    let numericInput = numericGradient(hidden) { self.loss($0) { logits($0, values) } }
    #expect(largestError(input.gradientArray, numericInput) < 1e-5)
    for (index, parameter) in trained.enumerated() {
      let numeric = numericGradient(parameter.array) { changed in
        var moved = values
        moved[index] = changed
        return self.loss(self.hidden.map { Double($0) }) { logits($0, moved) }
      }
      #expect(largestError(parameter.gradientArray, numeric) < 1e-5, "\(parameter.path)")
    }
  }

  private func parameters(_ maps: Linear...) -> [Parameter] {
    maps.flatMap { [$0.weight] + ($0.bias.map { [$0] } ?? []) }
  }

  @Test func poolerHeadEqualsReference() {
    let pooler = normalLinear("pooler", from: Self.width, to: Self.width)
    let output = normalLinear("output", from: Self.width, to: Self.classes)
    check(
      PoolerHead(pooler: pooler, output: output, dropout: 0.5), parameters(pooler, output)
    ) { x, w in
      Self.affine(Self.affine(x, w[0], w[1]).map { tanh($0) }, w[2], w[3])
    }
  }

  @Test func tokenHeadEqualsReference() {
    let output = normalLinear("output", from: Self.width, to: Self.classes)
    check(TokenHead(output: output, dropout: 0.5), parameters(output)) { x, w in
      Self.affine(x, w[0], w[1])
    }
  }

  @Test func twoLayerHeadEqualsReference() {
    let dense = normalLinear("dense", from: Self.width, to: Self.width)
    let output = normalLinear("output", from: Self.width, to: Self.classes)
    check(
      TwoLayerHead(dense: dense, output: output, dropout: 0.5), parameters(dense, output)
    ) { x, w in
      Self.affine(Self.affine(x, w[0], w[1]).map { tanh($0) }, w[2], w[3])
    }
  }

  @Test func frozenPoolerGetsNoGradient() {
    let pooler = normalLinear("pooler", from: Self.width, to: Self.width)
    let head = PoolerHead(
      pooler: pooler, outputCount: 2, dropout: 0, key: RandomKey(seed: 1))
    head.makeTrainable()
    let tape = Tape(recording: true)
    let input = tape.constant(hidden, shape: Shape(6, Self.width))
    let logits = head.logits(hidden: input, batch: batch, tape: tape)
    tape.backward(from: tape.crossEntropy(logits, labels: [0, 1, 1]))
    #expect(pooler.weight.gradient.isEmpty)
    #expect(head.output.weight.gradientArray.contains { $0 != 0 })
    #expect(head.parameters.map(\.name) == ["output.weight", "output.bias"])
  }

  @Test func newHeadsAreDrawnFromTheKey() {
    func head(_ seed: UInt64) -> TwoLayerHead {
      TwoLayerHead(width: 40, outputCount: 3, dropout: 0.1, key: RandomKey(seed: seed))
    }
    #expect(head(1).dense.weight.array == head(1).dense.weight.array)
    #expect(head(1).dense.weight.array != head(2).dense.weight.array)
    let weights = head(1).dense.weight.array
    let variance = weights.reduce(0) { $0 + Double($1) * Double($1) } / Double(weights.count)
    #expect(abs(variance.squareRoot() - 0.02) < 0.002)
    #expect(head(1).dense.bias?.array == [Float](repeating: 0, count: 40))
    #expect(
      head(1).parameters.map(\.name)
        == ["dense.weight", "dense.bias", "output.weight", "output.bias"])
  }

  @Test func dropoutActsOnlyWithNoise() {
    let head = TwoLayerHead(
      width: Self.width, outputCount: 2, dropout: 0.5, key: RandomKey(seed: 1))
    func logits(_ noise: RandomKey?) -> [Float] {
      let tape = Tape(recording: false)
      tape.noise = noise
      let input = tape.constant(hidden, shape: Shape(6, Self.width))
      return head.logits(hidden: input, batch: batch, tape: tape).array
    }
    let key = RandomKey(seed: 9)
    #expect(logits(nil) == logits(nil))
    #expect(logits(key) == logits(key))
    #expect(logits(key) != logits(nil))
    #expect(logits(key) != logits(key.derived(1)))
  }
}
