internal import LinearAlgebra

extension FoldedMap {
  /// W ← W + s · B A.
  public mutating func add(_ pair: CanonicalForm.LowRankPair) {
    guard pair.rank > 0 else { return }
    let (outputs, inputs) = (outputWidth, inputWidth)
    weight.withUnsafeMutableBufferPointer { target in
      pair.b.withUnsafeBufferPointer { b in
        pair.a.withUnsafeBufferPointer { a in
          guard let c = target.baseAddress, let left = b.baseAddress, let right = a.baseAddress
          else { return }
          BLAS.multiply(
            left, .none, stride: pair.rank, right, .none, stride: inputs, into: c, stride: inputs,
            rows: outputs, columns: inputs, inner: pair.rank, alpha: pair.scale, beta: 1)
        }
      }
    }
  }
}
