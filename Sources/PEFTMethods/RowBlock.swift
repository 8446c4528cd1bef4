import LinearAlgebra
import NeuralNets
import TensorCore

/// The trained update of some rows of a map: y_{r_j} + x Δ_jᵀ + b_j, Δ: [k, in], b: [k].
final class RowBlock: FoldableAdapter {
  let linear: Linear
  /// The bias of the map.
  let linearBias: Parameter
  /// Δ [k, in].
  let weight: Parameter
  /// b [k].
  let bias: Parameter
  /// r [k], ascending.
  let rows: Positions

  /// An update of zeros of some rows that are drawn at random.
  init(
    _ linear: Linear, bias linearBias: Parameter, count: Int, method: String, tensors: SiteTensors
  ) {
    self.linear = linear
    self.linearBias = linearBias
    weight = tensors.trained("\(method)_weight", Shape(count, linear.inputWidth), .zeros)
    bias = tensors.trained("\(method)_bias", Shape(count), .zeros)
    var random = CounterRandom(tensors.key(of: "\(method)_rows"))
    let drawn = random.shuffled((0..<Int32(linear.outputWidth)).map { $0 }).prefix(count)
    rows = Positions(
      tensors.name("\(method)_rows"), shape: Shape(count), numbers: drawn.sorted())
  }

  var parameters: [Parameter] { [weight, bias] }

  var isAffine: Bool { true }

  var canonicalForm: CanonicalForm { .other }

  func adapted(_ y: Tensor, input x: Tensor, tape: Tape) -> Tensor {
    tape.rowBlockUpdate(
      y, input: x, delta: tape.parameter(weight), bias: tape.parameter(bias), rows: rows.numbers)
  }

  func fold(into map: inout FoldedMap) {
    let (delta, shift, width) = (weight.array, bias.array, map.inputWidth)
    for (index, row) in rows.numbers.enumerated() {
      for column in 0..<width {
        map.weight[Int(row) * width + column] += delta[index * width + column]
      }
      map.bias?[Int(row)] += shift[index]
    }
  }
}
