import Foundation

/// The exponential of a weighted count of mismatches, for unordered inputs.
///
/// c(s) = exp(−s / 2) with s = Σⱼ [cⱼ ≠ cⱼ'] / (3 ℓⱼ²), that is exp(−Σⱼ wⱼ [cⱼ ≠ cⱼ']) with weights
/// wⱼ = 1 / (6 ℓⱼ²). Seen so it is the squared-exponential kernel on the corners of a simplex, one
/// corner for each choice (see `Embedding`); hence it is positive semi-definite, and its length
/// scales have the same meaning, and the same prior, as those of ordered inputs.
public enum Hamming: Kernel {
  public static let name = "hamming"
  public static let reference =
    "Hutter, Hoos, Leyton-Brown, Sequential model-based optimization, LION 2011, section 4.1; "
    + "pytorch/botorch botorch/models/kernels/categorical.py (its length scale is 6 ℓ² / d here)"

  public static func correlation(
    _ squaredDistances: [Double]
  ) -> (values: [Double], slopes: [Double]) {
    var values = squaredDistances
    var slopes = squaredDistances
    for (index, s) in squaredDistances.enumerated() {
      let value = exp(-0.5 * s)
      values[index] = value
      slopes[index] = -0.5 * value
    }
    return (values, slopes)
  }
}
