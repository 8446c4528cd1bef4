import Backbones
import Checkpoints
import LinearAlgebra
import NeuralNets
import PEFTMethods
import SearchSpaces
import TensorCore
import TestSupport

/// A small BERT classifier of drawn weights, the host of all tests here.
final class TinyModel {
  static let shape = BackboneShape(
    layers: 3, width: 12, feedForward: 20, heads: 3, vocabulary: 30, positions: 20,
    tokenTypes: 2, hasPooler: true)

  let backbone: Bert
  let head: PoolerHead
  /// What is attached; nil for the frozen backbone alone.
  private(set) var attached: AttachedConfiguration?

  /// A model whose weights depend on the seed alone.
  init(seed: UInt64 = 1, shape: BackboneShape = TinyModel.shape) {
    let key = RandomKey(seed: seed)
    let configuration = BertConfiguration(
      vocabulary: shape.vocabulary, width: shape.width, layers: shape.layers, heads: shape.heads,
      feedForward: shape.feedForward, positions: shape.positions, tokenTypes: shape.tokenTypes)
    func drawn(_ name: String, _ shape: Shape) -> Parameter {
      var random = CounterRandom(key.derived(name))
      let mean = name.hasSuffix("LayerNorm.weight") ? 1.0 : 0.0
      let deviation = shape.rank == 1 ? 0.1 : 0.3
      let values = (0..<shape.count).map { _ in Float(mean + deviation * random.normal()) }
      return Parameter(path: name, shape: shape, values: values)
    }
    backbone = Bert(configuration, hasPooler: true, parameter: drawn)
    let pooler =
      backbone.pooler
      ?? Linear(
        weight: drawn("pooler", Shape(shape.width, shape.width)), bias: nil)
    head = PoolerHead(
      pooler: pooler,
      output: Linear(
        weight: drawn("head.weight", Shape(3, shape.width)), bias: drawn("head.bias", Shape(3))),
      dropout: 0)
  }

  /// A model with a configuration attached.
  convenience init(
    _ configuration: PEFTConfiguration, seed: UInt64 = 1, key: RandomKey = RandomKey(seed: 5)
  ) throws {
    self.init(seed: seed)
    attached = try PEFTModelBuilder.attach(configuration, to: backbone, key: key)
  }

  /// The attached tensors; none without a configuration.
  var tensors: [AttachedTensor] { attached?.tensors ?? [] }

  /// Three sequences of unequal lengths.
  static let batch = PackedBatch(sequences: [
    (ids: [1, 7, 3, 9, 2], types: [0, 0, 1, 1, 1]), (ids: [4, 5], types: [0, 1]),
    (ids: [6, 8, 11, 29, 0, 13, 2], types: [0, 0, 0, 1, 1, 1, 1]),
  ])
  static let labels: [Int32] = [0, 2, 1]

  func logits(noise: RandomKey? = nil) -> [Float] {
    let tape = Tape(recording: false)
    tape.noise = noise
    return logits(Self.batch, tape: tape).array
  }

  func logits(_ batch: PackedBatch, tape: Tape) -> Tensor {
    head.logits(
      hidden: backbone.hidden(batch, tape: tape), batch: backbone.expanded(batch), tape: tape)
  }

  func loss() -> Double {
    let tape = Tape(recording: false)
    return Double(loss(tape: tape).scalar)
  }

  /// Sets the gradients of everything trainable to those of the loss.
  func backward() {
    for tensor in tensors { tensor.parameter.zeroGradient() }
    let tape = Tape(recording: true)
    tape.backward(from: loss(tape: tape))
  }

  /// The mean cross-entropy with the penalties of all hooks.
  private func loss(tape: Tape) -> Tensor {
    let plain = tape.crossEntropy(logits(Self.batch, tape: tape), labels: Self.labels)
    let hooks = attached?.hooks ?? []
    return hooks.penalised(plain, TrainingStep(index: 0, total: 10), tape: tape)
  }

  /// Moves every trained tensor away from its special start, so that nothing is zero by design.
  func perturb(seed: UInt64 = 9, deviation: Double = 0.2) {
    for tensor in tensors where tensor.isTrained {
      var random = CounterRandom(RandomKey(seed: seed).derived(tensor.name))
      tensor.parameter.assign(
        tensor.parameter.array.map { $0 + Float(deviation * random.normal()) })
    }
  }

  /// The values of all of the backbone's own parameters by name.
  var backboneValues: [String: [Float]] {
    Dictionary(
      uniqueKeysWithValues: backbone.parameters.map { ($0.parameter.path, $0.parameter.array) })
  }
}

extension PEFTConfiguration {
  /// A configuration of layer groups: so many layers, each with these methods.
  init(_ groups: (Int, [MethodInstance])..., model: [MethodInstance] = []) {
    self.init(
      groups: groups.map { LayerGroup(layers: $0.0, methods: $0.1) }, model: model,
      training: TrainingSettings())
  }

  /// An instance where its scope belongs: in the first and last of three layers, or in the model.
  init(law instance: MethodInstance) {
    let schema = MethodRegistry.schemas.first { $0.name == instance.name }
    if schema?.scope == .model {
      self.init((3, []), model: [instance])
    } else {
      self.init((1, [instance]), (1, []), (1, [instance]))
    }
  }
}
