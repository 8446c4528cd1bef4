import CNLopt

/// Finds a local maximum of a smooth function within a box, with NLopt.
///
/// Only local, deterministic algorithms are offered: the result depends on the start and on the
/// function, never on a random state.
///
/// Reference: S. G. Johnson, the NLopt nonlinear-optimization package; Liu and Nocedal,
/// "On the limited memory BFGS method", Math. Programming 45, 1989; Kraft, "Algorithm 733", TOMS
/// 20, 1994.
public struct NonlinearOptimizer: Sendable {
  /// How the maximum is searched for.
  public enum Algorithm: Sendable, CaseIterable {
    /// Limited-memory BFGS: cheap per step, for many variables.
    case lbfgs
    /// Sequential quadratic programming: O(d³) per step, few evaluations.
    case slsqp

    fileprivate var code: nlopt_algorithm { self == .lbfgs ? NLOPT_LD_LBFGS : NLOPT_LD_SLSQP }
  }

  /// Why a search ended.
  public enum Ending: Sendable, Equatable {
    /// A tolerance was reached.
    case converged
    case evaluationLimit
    /// The line search could not improve any further; the best point seen stands.
    case stalled
    /// The function was not finite at a trial point; the best point seen stands.
    case notFinite
  }

  /// The best point that was evaluated.
  public struct Optimum: Sendable {
    public let point: [Double]
    public let value: Double
    public let evaluations: Int
    public let ending: Ending
  }

  public let algorithm: Algorithm
  /// Bounds of each variable; infinite ones are allowed.
  public let lower: [Double]
  public let upper: [Double]
  /// The search ends when a step changes the value by less than this share of it.
  public let valueTolerance: Double
  /// The search ends when a step changes every variable by less than this, absolutely.
  public let pointTolerance: Double
  public let maximumEvaluations: Int

  /// An optimiser for a box.
  ///
  /// The default tolerances are for objectives of order one (log densities, log acquisitions):
  /// 10⁻⁹ is far below any difference that matters there and above the noise of the sums.
  public init(
    _ algorithm: Algorithm, lower: [Double], upper: [Double], valueTolerance: Double = 1e-9,
    pointTolerance: Double = 1e-7, maximumEvaluations: Int = 200
  ) {
    precondition(
      lower.count == upper.count && zip(lower, upper).allSatisfy { $0 <= $1 },
      "NonlinearOptimizer: the lower bounds must not exceed the upper bounds, one for each variable"
    )
    self.algorithm = algorithm
    self.lower = lower
    self.upper = upper
    self.valueTolerance = valueTolerance
    self.pointTolerance = pointTolerance
    self.maximumEvaluations = maximumEvaluations
  }

  /// Climbs from a start, which is moved into the box first.
  ///
  /// - Parameter objective: the value at a point; writes the gradient, which arrives as zeros.
  /// - Returns: the best point evaluated; its value is at least that of the start, except where
  ///   the start itself is not finite (`ending` is then `.notFinite`).
  public func maximize(
    from start: [Double], _ objective: (_ point: [Double], _ gradient: inout [Double]) -> Double
  ) -> Optimum {
    precondition(
      start.count == lower.count,
      "NonlinearOptimizer: \(lower.count) variables expected, the start has \(start.count)")
    var point = zip(start, zip(lower, upper)).map { min(max($0, $1.0), $1.1) }
    guard !point.isEmpty else {
      var gradient: [Double] = []
      let value = objective([], &gradient)
      return Optimum(
        point: [], value: value, evaluations: 1, ending: value.isFinite ? .converged : .notFinite)
    }
    return withoutActuallyEscaping(objective) { escaping in
      let search = Search(objective: escaping, start: point)
      let code = run(search, &point)
      return Optimum(
        point: search.best, value: search.bestValue, evaluations: search.evaluations,
        ending: search.sawNonFinite ? .notFinite : Self.ending(code))
    }
  }

  private func run(_ search: Search, _ point: inout [Double]) -> nlopt_result {
    guard let handle = nlopt_create(algorithm.code, UInt32(lower.count)) else {
      return NLOPT_OUT_OF_MEMORY
    }
    defer { nlopt_destroy(handle) }
    nlopt_set_lower_bounds(handle, lower)
    nlopt_set_upper_bounds(handle, upper)
    nlopt_set_ftol_rel(handle, valueTolerance)
    nlopt_set_xtol_abs1(handle, pointTolerance)
    nlopt_set_maxeval(handle, Int32(maximumEvaluations))
    search.handle = handle
    var value = 0.0
    return withExtendedLifetime(search) {
      nlopt_set_max_objective(
        handle, Search.callback, Unmanaged.passUnretained(search).toOpaque())
      return nlopt_optimize(handle, &point, &value)
    }
  }

  private static func ending(_ code: nlopt_result) -> Ending {
    switch code {
    case NLOPT_MAXEVAL_REACHED, NLOPT_MAXTIME_REACHED: return .evaluationLimit
    case NLOPT_SUCCESS, NLOPT_STOPVAL_REACHED, NLOPT_FTOL_REACHED, NLOPT_XTOL_REACHED:
      return .converged
    default: return .stalled
    }
  }
}

/// What NLopt calls back into: the objective and the best point that it was called with.
private final class Search {
  let objective: (_ point: [Double], _ gradient: inout [Double]) -> Double
  var handle: nlopt_opt?
  var best: [Double]
  var bestValue = -Double.infinity
  var evaluations = 0
  var sawNonFinite = false

  init(
    objective: @escaping (_ point: [Double], _ gradient: inout [Double]) -> Double, start: [Double]
  ) {
    self.objective = objective
    best = start
  }

  static let callback: nlopt_func = { count, values, gradient, context in
    guard let values, let context else { return -Double.infinity }
    let search = Unmanaged<Search>.fromOpaque(context).takeUnretainedValue()
    let point = Array(UnsafeBufferPointer(start: values, count: Int(count)))
    return search.evaluate(point, into: gradient)
  }

  private func evaluate(_ point: [Double], into output: UnsafeMutablePointer<Double>?) -> Double {
    var gradient = Array(repeating: 0.0, count: point.count)
    let value = objective(point, &gradient)
    evaluations += 1
    guard value.isFinite, gradient.allSatisfy(\.isFinite) else {
      sawNonFinite = true
      nlopt_force_stop(handle)
      return bestValue
    }
    if value > bestValue {
      best = point
      bestValue = value
    }
    if let output {
      for (index, slope) in gradient.enumerated() { output[index] = slope }
    }
    return value
  }
}
