public import LinearAlgebra

/// What the arms of a comparison would show if layers only added up.
///
/// The model score = block + arm + Σ over layers of effect(layer, what it holds) + noise is fitted to
/// the runs by ridge, blocks and arms taken out of scores and contents first, so that the layers are
/// not credited with a gap between the arms that they do not explain. If the contents of the groups are independent and layers contribute additively, all
/// grouping patterns have the same mean whatever the effects are: a gap is then chance. Here the
/// gap that the fitted effects and fresh noise of the residual's size give in the very blocks that
/// were run is simulated many times, and compared with the observed one.
public struct AdditiveNull: Codable, Hashable, Sendable {
  /// One run: its arm, its block, its score, and the indicator of each (layer, content).
  public struct Run: Sendable {
    public var arm: String
    public var block: Int
    public var score: Double
    public var features: [Double]

    public init(arm: String, block: Int, score: Double, features: [Double]) {
      self.arm = arm
      self.block = block
      self.score = score
      self.features = features
    }
  }

  /// Highest minus lowest mean of the arms.
  public let observedRange: Double
  /// The same of the fitted values: what additive layers explain of it.
  public let additiveRange: Double
  /// The 95 % quantile of the simulated ranges.
  public let simulatedLimit: Double
  /// (1 + simulated ranges at least as large) / (1 + simulations).
  public let pValue: Double
  public let simulations: Int

  /// nil where the model cannot be fitted or there is one arm.
  public init?(_ runs: [Run], simulations: Int = 2000, key: RandomKey) {
    let arms = Set(runs.map(\.arm)).sorted()
    let centred = Self.centred(runs, by: \.block)
    let inner = Self.centred(centred, by: \.arm)
    guard arms.count > 1,
      let fit = RidgeRegression(rows: inner.map(\.features), targets: inner.map(\.score))
    else { return nil }
    let fitted = centred.map { fit.predicted($0.features) }
    let places = centred.map { run in arms.firstIndex(of: run.arm) ?? 0 }
    func range(_ scores: [Double]) -> Double {
      var sums = Array(repeating: 0.0, count: arms.count)
      var counts = sums
      for (place, score) in zip(places, scores) {
        sums[place] += score
        counts[place] += 1
      }
      let means = zip(sums, counts).map { $0 / $1 }
      return (means.max() ?? 0) - (means.min() ?? 0)
    }
    observedRange = range(centred.map(\.score))
    additiveRange = range(fitted)
    var random = CounterRandom(key)
    // Residuals of runs with their block's mean taken away are smaller by (1 − 1 / size).
    let deviation = fit.residualDeviation * Self.inflation(runs)
    let ranges = (0..<simulations).map { _ in
      range(fitted.map { $0 + deviation * random.normal() })
    }.sorted()
    let (reached, limit) = (observedRange, 0.95)
    simulatedLimit = SampleSummary.quantile(limit, ofSorted: ranges)
    pValue = Double(1 + ranges.count { $0 >= reached }) / Double(1 + simulations)
    self.simulations = simulations
  }

  private static func inflation(_ runs: [Run]) -> Double {
    let size = Double(runs.count) / Double(max(1, Set(runs.map(\.block)).count))
    return size > 1 ? (size / (size - 1)).squareRoot() : 1
  }

  /// Scores and features with the mean of each part taken away, in the order of the runs.
  private static func centred<Part: Hashable>(_ runs: [Run], by part: (Run) -> Part) -> [Run] {
    var sums: [Part: (score: Double, features: [Double], count: Double)] = [:]
    for run in runs {
      let key = part(run)
      let known = sums[key] ?? (0, Array(repeating: 0, count: run.features.count), 0)
      sums[key] = (
        known.score + run.score, zip(known.features, run.features).map { $0 + $1 },
        known.count + 1
      )
    }
    return runs.map { run in
      guard let sum = sums[part(run)] else { return run }
      return Run(
        arm: run.arm, block: run.block, score: run.score - sum.score / sum.count,
        features: zip(run.features, sum.features).map { $0 - $1 / sum.count })
    }
  }
}
