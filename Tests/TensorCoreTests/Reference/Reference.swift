/// Scalar Double versions of the ops: plain loops, one element after the other.
enum Reference {
  /// [rows, inner] · [inner, columns].
  static func matmul(
    _ a: [Double], _ b: [Double], rows: Int, inner: Int, columns: Int
  ) -> [Double] {
    var c = [Double](repeating: 0, count: rows * columns)
    for i in 0..<rows {
      for j in 0..<columns {
        for k in 0..<inner { c[i * columns + j] += a[i * inner + k] * b[k * columns + j] }
      }
    }
    return c
  }

  /// [rows, columns] → [columns, rows].
  static func transpose(_ a: [Double], rows: Int, columns: Int) -> [Double] {
    (0..<columns).flatMap { j in (0..<rows).map { i in a[i * columns + j] } }
  }

  /// x Wᵀ + b with x: [T, in], W: [out, in].
  static func linear(
    _ x: [Double], _ weight: [Double], _ bias: [Double]?, inner: Int, width: Int
  ) -> [Double] {
    let rows = x.count / inner
    let product = matmul(
      x, transpose(weight, rows: width, columns: inner), rows: rows, inner: inner, columns: width)
    guard let bias else { return product }
    return product.indices.map { product[$0] + bias[$0 % width] }
  }

  /// y + s (x Aᵀ) Bᵀ.
  static func lowRankUpdate(
    _ y: [Double], _ x: [Double], _ a: [Double], _ b: [Double], inner: Int, rank: Int, width: Int,
    scale: Double
  ) -> [Double] {
    let reduced = linear(x, a, nil, inner: inner, width: rank)
    let update = linear(reduced, b, nil, inner: rank, width: width)
    return zip(y, update).map { $0 + scale * $1 }
  }

  static func add(_ a: [Double], _ b: [Double]) -> [Double] { zip(a, b).map { $0 + $1 } }

  /// (s − μ)/√(σ² + ε) · scale + shift of every row.
  static func layerNorm(
    _ x: [Double], _ scale: [Double], _ shift: [Double], epsilon: Double
  ) -> [Double] {
    let width = scale.count
    return (0..<x.count / width).flatMap { row -> [Double] in
      let values = Array(x[row * width..<(row + 1) * width])
      let mean = values.reduce(0, +) / Double(width)
      let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(width)
      let deviation = (variance + epsilon).squareRoot()
      return values.indices.map { (values[$0] - mean) / deviation * scale[$0] + shift[$0] }
    }
  }
}
