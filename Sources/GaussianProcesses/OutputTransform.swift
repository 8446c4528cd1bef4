import LinearAlgebra

/// How scores become the targets of a model.
public enum OutputTransform: String, Sendable, CaseIterable {
  /// Mean 0, deviation 1 (`Standardization`).
  case standardize
  /// Normal by rank (`CopulaTransform`).
  case copula

  /// The map that is learned from finite scores.
  ///
  /// - Throws: `GaussianProcessError.noData`, `.targetNotFinite`.
  public func fitted(
    to scores: [Double]
  ) throws(GaussianProcessError) -> @Sendable (Double) -> Double {
    switch self {
    case .standardize:
      let map = try Standardization(scores)
      return { map.standardized($0) }
    case .copula:
      let map = try CopulaTransform(scores)
      return { map.transformed($0) }
    }
  }
}
