internal import Foundation
internal import LinearAlgebra

/// Least squares with a quadratic penalty on the coefficients, the intercept left free.
///
/// β = argmin Σ (y − b − x β)² + λ |β|², on columns with their means taken away. With the hat matrix
/// H = X (XᵀX + λI)⁻¹ Xᵀ + 11ᵀ/n the degrees of freedom are tr H, σ² = RSS / (n − tr H), and the
/// covariance of β is σ² (XᵀX + λI)⁻¹ XᵀX (XᵀX + λI)⁻¹: the spread of the estimate, without its
/// bias towards 0.
///
/// Where λ is not given it minimises n · RSS / (n − tr H)² (generalised cross-validation) over
/// powers of √10 from 10⁻³ to 10³ times the mean of XᵀX's diagonal.
///
/// Reference: Hoerl and Kennard, Technometrics 12 (1970); Golub, Heath, Wahba, Technometrics 21
/// (1979).
public struct RidgeRegression: Sendable {
  public let intercept: Double
  /// β, one a column.
  public let coefficients: [Double]
  /// Standard errors of β.
  public let errors: [Double]
  public let penalty: Double
  /// tr H.
  public let degreesOfFreedom: Double
  /// σ, the deviation of the residuals.
  public let residualDeviation: Double
  /// y − ŷ.
  public let residuals: [Double]
  /// 1 − RSS / TSS.
  public let explainedShare: Double

  /// nil where there are fewer than three rows, no column, or nothing to explain.
  ///
  /// - Parameters:
  ///   - rows: n rows of d numbers.
  ///   - targets: n scores.
  ///   - penalty: λ > 0; nil chooses.
  public init?(rows: [[Double]], targets: [Double], penalty: Double? = nil) {
    precondition(rows.count == targets.count, "RidgeRegression: rows and targets must pair up")
    guard let width = rows.first?.count, width > 0, rows.count > 2 else { return nil }
    let centred = Self.centred(rows, targets)
    guard centred.total > 0, centred.scale > 0 else { return nil }
    let candidates =
      penalty.map { [$0] } ?? (-6...6).map { pow(10, Double($0) / 2) * centred.scale }
    var best: (criterion: Double, fit: Fit)?
    for candidate in candidates {
      guard let fit = Fit(centred, penalty: candidate) else { continue }
      if fit.criterion < best?.criterion ?? .infinity { best = (fit.criterion, fit) }
    }
    guard let fit = best?.fit else { return nil }
    coefficients = fit.coefficients
    errors = fit.errors
    self.penalty = fit.penalty
    degreesOfFreedom = fit.degrees
    residualDeviation = fit.deviation
    residuals = fit.residuals
    explainedShare = 1 - fit.squares / centred.total
    intercept =
      centred.targetMean - zip(centred.columnMeans, fit.coefficients).reduce(0) { $0 + $1.0 * $1.1 }
  }

  /// ŷ of a row.
  public func predicted(_ row: [Double]) -> Double {
    zip(row, coefficients).reduce(intercept) { $0 + $1.0 * $1.1 }
  }

  private struct Centred {
    let design: Matrix
    let gram: Matrix
    let moments: [Double]
    let targets: [Double]
    let targetMean: Double
    let columnMeans: [Double]
    /// Σ of the squared targets.
    let total: Double
    /// The mean of the Gram matrix's diagonal.
    let scale: Double
  }

  private static func centred(_ rows: [[Double]], _ targets: [Double]) -> Centred {
    let (count, width) = (rows.count, rows[0].count)
    let means = (0..<width).map { column in
      rows.reduce(0) { $0 + $1[column] } / Double(count)
    }
    let targetMean = SampleSummary.mean(targets)
    let values = rows.flatMap { row in zip(row, means).map { $0 - $1 } }
    let design = Matrix(rows: count, columns: width, values: values)
    let centredTargets = targets.map { $0 - targetMean }
    let gram = Matrix.product(design, .transposed, design, .none)
    return Centred(
      design: design, gram: gram, moments: design.times(centredTargets, .transposed),
      targets: centredTargets, targetMean: targetMean, columnMeans: means,
      total: centredTargets.reduce(0) { $0 + $1 * $1 },
      scale: (0..<width).reduce(0) { $0 + gram[$1, $1] } / Double(width))
  }

  private struct Fit {
    let penalty: Double
    let coefficients: [Double]
    let errors: [Double]
    let degrees: Double
    let squares: Double
    let deviation: Double
    let residuals: [Double]
    let criterion: Double

    init?(_ data: Centred, penalty: Double) {
      var matrix = data.gram
      for i in 0..<matrix.rows { matrix[i, i] += penalty }
      guard let root = try? Cholesky(matrix) else { return nil }
      let inverse = root.inverse()
      let shrink = Matrix.product(inverse, data.gram)
      let solution = inverse.times(data.moments)
      let fitted = data.design.times(solution)
      let rest = zip(data.targets, fitted).map { $0 - $1 }
      let sum = rest.reduce(0) { $0 + $1 * $1 }
      let count = Double(data.targets.count)
      let used = 1 + (0..<shrink.rows).reduce(0) { $0 + shrink[$1, $1] }
      guard count - used > 1e-6 * count else { return nil }
      let variance = sum / (count - used)
      let covariance = Matrix.product(shrink, inverse)
      self.penalty = penalty
      coefficients = solution
      degrees = used
      squares = sum
      residuals = rest
      deviation = variance.squareRoot()
      criterion = count * sum / ((count - used) * (count - used))
      errors = (0..<covariance.rows).map { (variance * max(0, covariance[$0, $0])).squareRoot() }
    }
  }
}
