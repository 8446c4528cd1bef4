import LinearAlgebra

/// Climbs an acquisition function over the ordered inputs of one point.
///
/// The ordered active inputs move freely in [0, 1]; unordered inputs and what is active stay as
/// they are, and so do the known objectives, though a move may change them: the end of a climb is a
/// suggestion that the caller values afresh. Rounding to a point of the space is the caller's.
public struct RelaxedAscent: Sendable {
  private let acquisition: any AcquisitionFunction
  private let maximumEvaluations: Int

  /// - Parameter maximumEvaluations: 40 by default: the result is rounded to levels afterwards, so
  ///   digits beyond the first few are of no use.
  public init(_ acquisition: any AcquisitionFunction, maximumEvaluations: Int = 40) {
    self.acquisition = acquisition
    self.maximumEvaluations = maximumEvaluations
  }

  /// The encoded values at the end of the climb; unordered, inactive and held ones as they came.
  public func climb(
    from values: [Double], isActive: [Bool], kinds: [InputKind], held: [Int] = [],
    known: [Double] = []
  ) throws(GaussianProcessError) -> (values: [Double], value: Double) {
    var start = EncodedInputs(kinds: kinds)
    try start.append(values, isActive: isActive)
    let free = kinds.indices.filter {
      kinds[$0] == .ordered && isActive[$0] && !held.contains($0)
    }
    guard !free.isEmpty else {
      return (values, acquisition.value(atPoint: start, known: known).value)
    }
    let optimizer = NonlinearOptimizer(
      .lbfgs, lower: free.map { _ in 0 }, upper: free.map { _ in 1 }, valueTolerance: 1e-6,
      pointTolerance: 1e-4, maximumEvaluations: maximumEvaluations)
    let optimum = optimizer.maximize(from: free.map { values[$0] }) { moved, gradient in
      let local = acquisition.value(
        atPoint: start.replacing(free, by: moved), known: known)
      for (index, dimension) in free.enumerated() { gradient[index] = local.gradient[dimension] }
      return local.value
    }
    return (start.replacing(free, by: optimum.point).values, optimum.value)
  }
}
