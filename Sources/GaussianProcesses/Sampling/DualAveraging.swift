import Foundation

/// Chooses the step size that gives a wanted acceptance.
///
///     x_{t+1} = μ − √t / γ · 1/(t + t₀) Σ (δ − aᵢ),   x̄_{t+1} = t^(−κ) x_{t+1} + (1 − t^(−κ)) x̄_t
///
/// on x = log ε, with γ = 0.05, t₀ = 10, κ = 0.75, μ = log 10 ε₀.
///
/// Reference: Hoffman and Gelman, "The No-U-Turn Sampler", JMLR 15, 2014, section 3.2.
struct DualAveraging: Sendable {
  private let target: Double
  private let centre: Double
  private var count = 0.0
  private var error = 0.0
  private var logStep: Double
  private var logAverage = 0.0

  init(step: Double, target: Double) {
    self.target = target
    centre = log(10 * step)
    logStep = log(step)
  }

  /// The step size for the next transition while adapting.
  var step: Double { exp(logStep) }
  /// The step size for the draws that are kept.
  var average: Double { exp(count > 0 ? logAverage : logStep) }

  mutating func observe(acceptance: Double) {
    count += 1
    let share = 1 / (count + 10)
    error = (1 - share) * error + share * (target - acceptance)
    logStep = centre - count.squareRoot() / 0.05 * error
    let weight = pow(count, -0.75)
    logAverage = weight * logStep + (1 - weight) * logAverage
  }
}
