public import LinearAlgebra

/// What can be wrong with the data or the fit of a Gaussian process.
public enum GaussianProcessError: Error, Equatable {
  case wrongDimensions(point: Int, expected: Int, got: Int)
  case inputNotFinite(point: Int, dimension: Int, value: Double)
  case notACategory(point: Int, dimension: Int, value: Double)
  case targetNotFinite(point: Int, value: Double)
  case wrongTargetCount(points: Int, targets: Int)
  case noData
  case wrongHyperparameterCount(expected: Int, got: Int)
  case factorisation(CholeskyError)
  /// No start of the fit had a finite density.
  case fitFailed(starts: Int)
}

extension GaussianProcessError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .wrongDimensions(let point, let expected, let got):
      return "Gaussian process: point \(point) must have \(expected) values, got \(got)."
    case .inputNotFinite(let point, let dimension, let value):
      return "Gaussian process: value \(dimension) of point \(point) must be a finite number, "
        + "got \(value)."
    case .notACategory(let point, let dimension, let value):
      return "Gaussian process: value \(dimension) of point \(point) is unordered and must be the "
        + "index of a choice (0, 1, 2 …), got \(value)."
    case .targetNotFinite(let point, let value):
      return "Gaussian process: the target of point \(point) must be a finite number, got \(value)."
    case .wrongTargetCount(let points, let targets):
      return "Gaussian process: \(points) points need \(points) targets, got \(targets)."
    case .noData:
      return "Gaussian process: at least one observed point is needed, got none."
    case .wrongHyperparameterCount(let expected, let got):
      return "Gaussian process: \(expected) length scales are needed, one for each dimension, "
        + "got \(got)."
    case .factorisation(let error):
      return "Gaussian process: the covariance of the observed points cannot be factorised. "
        + error.description
    case .fitFailed(let starts):
      return "Gaussian process: none of the \(starts) starts of the fit has a finite density; "
        + "check the scores for extreme values."
    }
  }
}
