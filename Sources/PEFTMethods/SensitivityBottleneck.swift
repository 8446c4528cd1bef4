import NeuralNets
import TensorCore

/// The update of one map: its single entries, and a bottleneck beside it where it is dense.
final class SensitivityBottleneck: LinearAdapter {
  private let selection: SensitivitySelection
  private let map: Int
  private let rank: Int

  init(_ selection: SensitivitySelection, map: Int, rank: Int) {
    self.selection = selection
    self.map = map
    self.rank = rank
  }

  var parameters: [Parameter] { [selection.values] }
  var canonicalForm: CanonicalForm { .other }

  func adapted(_ y: Tensor, input x: Tensor, tape: Tape) -> Tensor {
    let sum = selection.entriesAdded(to: y, input: x, map: map, tape: tape)
    guard let factors = selection.layout.factors[map] else { return sum }
    func part(_ range: Range<Int>, _ shape: Shape) -> Tensor {
      tape.reshape(selection.part(range, tape: tape), shape)
    }
    let inner = tape.linear(
      x, weight: part(factors.a, Shape(rank, x.columns)), bias: part(factors.aBias, Shape(rank)))
    let outer = tape.linear(
      Activation.gelu(inner, tape: tape), weight: part(factors.b, Shape(y.columns, rank)),
      bias: part(factors.bBias, Shape(y.columns)))
    return tape.add(sum, outer)
  }
}
