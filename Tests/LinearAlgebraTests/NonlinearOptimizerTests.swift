import LinearAlgebra
import Testing

struct NonlinearOptimizerTests {
  /// −Rosenbrock in d dimensions; the maximum 0 is at (1 … 1).
  private func rosenbrock(_ x: [Double], _ gradient: inout [Double]) -> Double {
    var value = 0.0
    for i in 0..<(x.count - 1) {
      let a = x[i + 1] - x[i] * x[i]
      let b = 1 - x[i]
      value -= 100 * a * a + b * b
      gradient[i] += 400 * a * x[i] + 2 * b
      gradient[i + 1] -= 200 * a
    }
    return value
  }

  @Test(arguments: NonlinearOptimizer.Algorithm.allCases)
  func findsTheMaximumOfAValley(algorithm: NonlinearOptimizer.Algorithm) {
    let optimizer = NonlinearOptimizer(
      algorithm, lower: Array(repeating: -2, count: 4), upper: Array(repeating: 2, count: 4),
      valueTolerance: 1e-14, pointTolerance: 1e-10, maximumEvaluations: 2000)
    let optimum = optimizer.maximize(from: [0.3, 0.6, -0.2, 0.3], rosenbrock)
    #expect(optimum.value > -1e-8)
    for x in optimum.point { #expect(abs(x - 1) < 1e-3) }
  }

  @Test(arguments: NonlinearOptimizer.Algorithm.allCases)
  func boundsHold(algorithm: NonlinearOptimizer.Algorithm) {
    let optimizer = NonlinearOptimizer(algorithm, lower: [0, -1], upper: [0.5, 1])
    let optimum = optimizer.maximize(from: [9, 9]) { x, gradient in
      #expect(x[0] >= 0 && x[0] <= 0.5 && x[1] >= -1 && x[1] <= 1)
      gradient = [-2 * (x[0] - 3), -2 * (x[1] - 0.25)]
      return -(x[0] - 3) * (x[0] - 3) - (x[1] - 0.25) * (x[1] - 0.25)
    }
    #expect(abs(optimum.point[0] - 0.5) < 1e-6)
    #expect(abs(optimum.point[1] - 0.25) < 1e-4)
  }

  @Test func neverWorseThanTheStart() {
    let optimizer = NonlinearOptimizer(.lbfgs, lower: [-5], upper: [5], maximumEvaluations: 3)
    // The gradient points the wrong way.
    let optimum = optimizer.maximize(from: [1]) { x, gradient in
      gradient = [2 * x[0]]
      return -x[0] * x[0]
    }
    #expect(optimum.value >= -1)
  }

  @Test func notFiniteEndsTheSearchWithTheBestPoint() {
    let optimizer = NonlinearOptimizer(.lbfgs, lower: [-5], upper: [5])
    let optimum = optimizer.maximize(from: [1]) { x, gradient in
      gradient = [1]
      return x[0] > 1.5 ? .nan : x[0]
    }
    #expect(optimum.ending == .notFinite)
    #expect(optimum.value >= 1 && optimum.value <= 1.5)
    let hopeless = optimizer.maximize(from: [1]) { _, _ in .nan }
    #expect(hopeless.ending == .notFinite && hopeless.evaluations == 1)
    #expect(hopeless.point == [1] && hopeless.value == -.infinity)
  }

  @Test func limitsAndEmptyProblems() {
    let limited = NonlinearOptimizer(
      .slsqp, lower: [-2, -2], upper: [2, 2], maximumEvaluations: 2)
    let optimum = limited.maximize(from: [-1.2, 1], rosenbrock)
    #expect(optimum.ending == .evaluationLimit && optimum.evaluations <= 3)
    let none = NonlinearOptimizer(.lbfgs, lower: [], upper: []).maximize(from: []) { _, _ in 4 }
    #expect(none.value == 4 && none.point.isEmpty && none.ending == .converged)
  }

  @Test func sameStartSameAnswer() {
    let optimizer = NonlinearOptimizer(.lbfgs, lower: [-2, -2], upper: [2, 2])
    let first = optimizer.maximize(from: [-1.2, 1], rosenbrock)
    let second = optimizer.maximize(from: [-1.2, 1], rosenbrock)
    #expect(first.point == second.point && first.evaluations == second.evaluations)
  }
}
