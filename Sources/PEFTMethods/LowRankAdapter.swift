import NeuralNets
import TensorCore

/// Two factors of a low-rank update as they are in one forward: s · B A, A [R, in], B [out, R].
struct LowRankFactors {
  let a: Tensor
  let b: Tensor
  let scale: Float
}

/// Where the factors of a low-rank update come from.
protocol LowRankSource {
  /// The trained tensors, in a fixed order.
  var parameters: [Parameter] { get }
  /// The factors of this forward.
  func factors(tape: Tape) -> LowRankFactors
}

/// A low-rank update of one linear map: y + s · (drop(x) Aᵀ) Bᵀ.
final class LowRankAdapter<Source: LowRankSource>: FoldableAdapter {
  private let source: Source
  private let dropout: Float
  private let label: String

  init(_ source: Source, dropout: Float, label: String) {
    self.source = source
    self.dropout = dropout
    self.label = label
  }

  var parameters: [Parameter] { source.parameters }

  var isAffine: Bool { dropout == 0 }

  /// The pair without the ranks whose row of A is zero, which a gate has closed.
  var canonicalForm: CanonicalForm { .lowRank(pair.withoutZeroRanks) }

  private var pair: CanonicalForm.LowRankPair {
    Tape.evaluate { tape in
      let factors = source.factors(tape: tape)
      return CanonicalForm.LowRankPair(
        a: factors.a.array, b: factors.b.array, rank: factors.a.rows,
        inputWidth: factors.a.columns, outputWidth: factors.b.rows, scale: factors.scale)
    }
  }

  func adapted(_ y: Tensor, input x: Tensor, tape: Tape) -> Tensor {
    let factors = source.factors(tape: tape)
    return tape.lowRankUpdate(
      y, input: tape.adapterDropout(x, rate: dropout, label: label), a: factors.a, b: factors.b,
      scale: factors.scale)
  }

  func fold(into map: inout FoldedMap) { map.add(pair) }
}

extension CanonicalForm.LowRankPair {
  /// The ranks whose row of A has a value that is not 0.
  var withoutZeroRanks: CanonicalForm.LowRankPair {
    let kept = (0..<rank).filter { row in
      a[row * inputWidth..<(row + 1) * inputWidth].contains { $0 != 0 }
    }
    guard kept.count < rank else { return self }
    return CanonicalForm.LowRankPair(
      a: kept.flatMap { a[$0 * inputWidth..<($0 + 1) * inputWidth] },
      b: (0..<outputWidth).flatMap { row in kept.map { b[row * rank + $0] } }, rank: kept.count,
      inputWidth: inputWidth, outputWidth: outputWidth, scale: scale)
  }
}
