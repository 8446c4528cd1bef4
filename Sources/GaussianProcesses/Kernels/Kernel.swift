/// A stationary correlation: a function of one squared distance.
///
/// c(s) with c(0) = 1, where s = Σᵢ (distance in dimension i)² / ℓᵢ² over the dimensions that the
/// kernel is responsible for. Every member must be positive semi-definite for squared Euclidean
/// distances in any number of dimensions (Schoenberg: a mixture of exp(−λ s), λ ≥ 0, is), which is
/// what makes the embedding of `Embedding` safe, and differentiable in s at 0.
///
/// Laws (run on every registered member): symmetric and positive semi-definite covariances; slope
/// equal to central differences; finite at coincident points and far away; decreasing.
public protocol Kernel: Sendable {
  /// The name in listings and records.
  static var name: String { get }
  static var reference: String { get }

  /// c(s) and dc/ds for each squared distance.
  static func correlation(_ squaredDistances: [Double]) -> (values: [Double], slopes: [Double])
}
