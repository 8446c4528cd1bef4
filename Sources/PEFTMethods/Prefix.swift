import LinearAlgebra
import NeuralNets
import TensorCore

/// An adapter whose trained tensors are folded into others after training.
protocol FoldedAdapter: Adapter {
  /// The tensors that are left, under their names in files.
  func foldedTensors() -> [AdapterTensor]
}

/// Where the keys and values of one layer's prefix come from.
enum PrefixSource {
  /// They are the trained tensors, [P, D] each.
  case flat(keys: Parameter, values: Parameter)
  /// They come out of an MLP whose inner half is shared with other layers.
  case mlp(inner: PrefixInner, keys: PrefixMap, values: PrefixMap)
}

/// The shared inner half: tanh(E W₁ᵀ + b₁), [P, w].
struct PrefixInner {
  let embedding: Parameter
  let weight: Parameter
  let bias: Parameter

  var parameters: [Parameter] { [embedding, weight, bias] }

  func callAsFunction(tape: Tape) -> Tensor {
    tape.tanh(
      tape.linear(
        tape.parameter(embedding), weight: tape.parameter(weight), bias: tape.parameter(bias)))
  }
}

/// The outer half of one layer for keys or for values: h W ᵀ + b, [P, D].
struct PrefixMap {
  let weight: Parameter
  let bias: Parameter

  func callAsFunction(_ inner: Tensor, tape: Tape) -> Tensor {
    tape.linear(inner, weight: tape.parameter(weight), bias: tape.parameter(bias))
  }
}

/// The prefix of one layer.
final class PrefixAdapter: AttentionAdapter, FoldedAdapter {
  private let source: PrefixSource
  private let path: String
  private let dropout: Float

  /// - Parameter dropout: on keys and values while training.
  init(source: PrefixSource, path: String, dropout: Float = 0) {
    self.source = source
    self.path = path
    self.dropout = dropout
  }

  /// Dropout falls on rows of the prefix, which are no tokens of the batch.
  var worksRowByRow: Bool { dropout == 0 }

  /// The tensors of this layer alone.
  var ownParameters: [Parameter] {
    switch source {
    case .flat(let keys, let values): [keys, values]
    case .mlp(_, let keys, let values): [keys.weight, keys.bias, values.weight, values.bias]
    }
  }

  /// All tensors that the prefix depends on, those shared with other layers first.
  var parameters: [Parameter] {
    switch source {
    case .flat: ownParameters
    case .mlp(let inner, _, _): inner.parameters + ownParameters
    }
  }

  func prefix(_ x: Tensor, tape: Tape) -> AttentionPrefix {
    let whole = folded(tape: tape)
    guard dropout > 0 else { return AttentionPrefix(keys: whole.keys, values: whole.values) }
    func dropped(_ x: Tensor, _ name: String) -> Tensor {
      tape.adapterDropout(x, rate: dropout, label: "\(path).\(name)")
    }
    return AttentionPrefix(
      keys: dropped(whole.keys, "keys"), values: dropped(whole.values, "values"))
  }

  /// The keys and values [P, D] themselves.
  func folded(tape: Tape) -> (keys: Tensor, values: Tensor) {
    switch source {
    case .flat(let keys, let values):
      return (tape.parameter(keys), tape.parameter(values))
    case .mlp(let inner, let keys, let values):
      let hidden = inner(tape: tape)
      return (keys(hidden, tape: tape), values(hidden, tape: tape))
    }
  }

  var canonicalForm: CanonicalForm {
    Tape.evaluate { tape in
      let folded = folded(tape: tape)
      return .prefix(
        keys: folded.keys.array, values: folded.values.array, length: folded.keys.shape[0])
    }
  }

  func foldedTensors() -> [AdapterTensor] {
    Tape.evaluate { tape in
      let folded = folded(tape: tape)
      return [("keys", folded.keys), ("values", folded.values)].map { name, tensor in
        AdapterTensor(
          name: "\(path).\(name)", shape: tensor.shape.dimensions, values: tensor.array)
      }
    }
  }
}

/// Makes the tensors of a prefix with their names and initial values.
///
/// Flat: N(0, 0.02²) as in jxhe/unify-parameter-efficient-tuning, the gentlest start of the
/// oracles. MLP: E from N(0, 1), maps and biases U(±1/√in): PyTorch's defaults, as in AdapterHub.
struct PrefixMaker {
  /// The method's name inside the names of tensors.
  var method = "prefix"
  let length: Int
  let width: Int
  let mlpWidth: Int
  let key: RandomKey

  private var local: String { "attention.\(method)" }

  func path(layer: Int) -> String { tensorName(layer: layer, local) }

  private func tensor(
    _ name: String, layer: Int, _ shape: Shape, _ start: Initialisation
  ) -> Parameter {
    let local = "\(local).\(name)"
    return Parameter.trained(
      tensorName(layer: layer, local), shape: shape, start,
      key: key.derived(layer).derived(local))
  }

  func flat(layer: Int) -> PrefixSource {
    let start = Initialisation.normal(deviation: 0.02)
    let shape = Shape(length, width)
    return .flat(
      keys: tensor("keys", layer: layer, shape, start),
      values: tensor("values", layer: layer, shape, start))
  }

  func sharedInner(layer: Int) -> PrefixInner {
    let start = Initialisation.kaiming(fanIn: width)
    return PrefixInner(
      embedding: tensor(
        "embedding", layer: layer, Shape(length, width), .normal(deviation: 1)),
      weight: tensor("inner.weight", layer: layer, Shape(mlpWidth, width), start),
      bias: tensor("inner.bias", layer: layer, Shape(mlpWidth), start))
  }

  func outer(of inner: PrefixInner, layer: Int) -> PrefixSource {
    let start = Initialisation.kaiming(fanIn: mlpWidth)
    func map(_ name: String) -> PrefixMap {
      PrefixMap(
        weight: tensor("outer-\(name).weight", layer: layer, Shape(width, mlpWidth), start),
        bias: tensor("outer-\(name).bias", layer: layer, Shape(width), start))
    }
    return .mlp(inner: inner, keys: map("keys"), values: map("values"))
  }
}
