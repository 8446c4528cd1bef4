import NeuralNets
import TensorCore

/// A trained update Δ of one frozen matrix as a differentiable function of a few tensors.
protocol WeightUpdate {
  /// The trained tensors, in a fixed order.
  var parameters: [Parameter] { get }
  /// Δ [out, in] of a weight [out, in].
  func delta(of weight: Tensor, tape: Tape) -> Tensor
  /// The same for export formats, where one of them knows its structure.
  func canonicalForm(of linear: Linear) -> CanonicalForm
}

extension WeightUpdate {
  /// Δ as numbers.
  func canonicalForm(of linear: Linear) -> CanonicalForm {
    .denseDelta(values(of: linear))
  }

  /// Δ of a map as it is now.
  func values(of linear: Linear) -> [Float] {
    Tape.evaluate { delta(of: $0.parameter(linear.weight), tape: $0).array }
  }
}

/// Adds the trained update of a weight: y + drop(x) Δᵀ, x: [T, in], Δ: [out, in] → [T, out].
///
/// Δ is formed anew in each forward, one product of out × in elements beside the T × out × in of
/// the map, so that every method whose update is a function of few numbers shares one adapter.
final class DeltaAdapter<Update: WeightUpdate>: FoldableAdapter {
  private let update: Update
  private let linear: Linear
  private let dropout: Float
  private let label: String

  init(_ update: Update, linear: Linear, dropout: Float = 0, label: String) {
    self.update = update
    self.linear = linear
    self.dropout = dropout
    self.label = label
  }

  var parameters: [Parameter] { update.parameters }

  var isAffine: Bool { dropout == 0 }

  var canonicalForm: CanonicalForm { update.canonicalForm(of: linear) }

  func adapted(_ y: Tensor, input x: Tensor, tape: Tape) -> Tensor {
    let delta = update.delta(of: tape.parameter(linear.weight), tape: tape)
    return tape.add(
      y, tape.linear(tape.adapterDropout(x, rate: dropout, label: label), weight: delta))
  }

  func fold(into map: inout FoldedMap) { map.add(update.values(of: linear)) }
}

extension Tape {
  /// a − b of equal shapes.
  func subtract(_ a: Tensor, _ b: Tensor) -> Tensor { add(a, scaled(b, by: -1)) }

  /// x, or s · x where s is not 1.
  func scaledUnlessOne(_ x: Tensor, by factor: Float) -> Tensor {
    factor == 1 ? x : scaled(x, by: factor)
  }
}
