import Foundation
import LinearAlgebra

/// The Euclidean metric of a Hamiltonian: the inverse mass matrix Σ, an estimate of the posterior's
/// covariance.
///
/// Momentum p ~ N(0, Σ⁻¹), kinetic energy ½ pᵀ Σ p, velocity Σ p.
struct Metric: Sendable {
  let covariance: Matrix
  private let root: Cholesky

  /// Unit masses.
  init(dimensions: Int) {
    covariance = .identity(dimensions)
    root = Cholesky(identity: dimensions)
  }

  /// The regularised covariance of draws.
  ///
  ///     Σ = n / (n + 5) · S + 10⁻³ · 5 / (n + 5) · I.
  ///
  /// nil where it has no factor (draws that are not finite).
  ///
  /// Reference: Stan reference manual, "HMC algorithm parameters", regularised dense estimates.
  init?(draws: [[Double]]) {
    guard let dimensions = draws.first?.count, draws.count > 1 else { return nil }
    let count = Double(draws.count)
    let means = (0..<dimensions).map { index in draws.reduce(0) { $0 + $1[index] } / count }
    let centred = Matrix(
      rows: draws.count, columns: dimensions,
      values: draws.flatMap { draw in zip(draw, means).map { $0 - $1 } })
    var estimate = Matrix.product(centred, .transposed, centred, .none)
    for index in estimate.values.indices {
      estimate.values[index] *= count / ((count + 5) * (count - 1))
    }
    for index in 0..<dimensions { estimate[index, index] += 1e-3 * 5 / (count + 5) }
    guard let root = try? Cholesky(estimate) else { return nil }
    covariance = estimate
    self.root = root
  }

  /// Σ p.
  func velocity(_ momentum: [Double]) -> [Double] { covariance.times(momentum) }

  /// p ~ N(0, Σ⁻¹): L⁻ᵀ z with Σ = L Lᵀ.
  func momentum(using source: inout CounterRandom) -> [Double] {
    let normals = (0..<covariance.rows).map { _ in source.normal() }
    return root.triangularSolve(
      Matrix(rows: normals.count, columns: 1, values: normals), .transposed
    ).values
  }
}
