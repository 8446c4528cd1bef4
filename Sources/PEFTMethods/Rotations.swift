import TensorCore

extension Tape {
  /// (I − Q)(I + Q)⁻¹ of each block; skew Q: [n·b, b] → orthogonal [n·b, b].
  func cayleyRotation(_ skew: Tensor) -> Tensor {
    let identity = identityBlocks(skew)
    return blockMatmul(
      subtract(identity, skew), invertBlocks(add(identity, skew)), blocks: skew.rows / skew.columns)
  }

  /// I + 2Q + 2Q² + 2Q³ + Q⁴ of each block, the series of (I + Q)(I − Q)⁻¹ with a halved last term.
  func neumannRotation(_ skew: Tensor) -> Tensor {
    let count = skew.rows / skew.columns
    let square = blockMatmul(skew, skew, blocks: count)
    let cube = blockMatmul(square, skew, blocks: count)
    let fourth = blockMatmul(square, square, blocks: count)
    let middle = scaled(add(skew, add(square, cube)), by: 2)
    return add(identityBlocks(skew), add(middle, fourth))
  }

  private func identityBlocks(_ like: Tensor) -> Tensor {
    let size = like.columns
    let values = (0..<like.count).map { index -> Float in
      (index / size) % size == index % size ? 1 : 0
    }
    return constant(values, shape: like.shape)
  }
}

extension Int {
  /// The largest divisor above 1 that is not above a limit; the smallest above it where none is.
  func blockSize(upTo limit: Int) -> Int {
    let divisors = (2...Swift.max(2, self)).filter { self % $0 == 0 }
    return divisors.last { $0 <= limit } ?? divisors.first ?? self
  }
}
