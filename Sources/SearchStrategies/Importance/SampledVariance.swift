import LinearAlgebra

/// How the variance of a function over the unit cube splits among groups of its inputs, by sampling.
///
/// With two independent samples A and B, and A_g the first with the inputs of group g from the
/// second:
///
///     V_g = E[(f(B) − μ)(f(A_g) − f(A))]          Var E[f | x_g]
///     T_g = ½ E[(f(A_g) − f(A))²]                  V − Var E[f | all but x_g]
///     V_gh = E[(f(B) − μ)(f(A_gh) − f(A))] − V_g − V_h
///
/// A group may exist at some points only. Where it exists, the same is asked of the points of A and
/// of B at which it does, paired in their order: that is the law of the function given that the
/// group exists, as long as its existence does not tie its values to those of others.
///
/// Eight scrambled Sobol samples of 256 points each; estimates are their means, standard errors those
/// of eight independent values.
///
/// Reference: Saltelli et al., Computer Physics Communications 181, 2010, table 2 (b) and (f); Owen,
/// "Randomly permuted (t,m,s)-nets and (t,s)-sequences", 1995 (errors by scrambling).
struct SampledVariance {
  /// A share of a variance with its standard error.
  struct Share: Sendable, Equatable {
    let value: Double
    let error: Double
  }

  /// The function at some points, and which groups exist there.
  struct Answer {
    let values: [Double]
    /// [points][groups].
    let exists: [[Bool]]
  }

  /// One group.
  struct Effect {
    let main: Share
    let total: Share
    /// The share of points at which the group exists.
    let presence: Double
    /// The main effect where the group exists; nil where it hardly ever does.
    let mainWherePresent: Share?
  }

  static let replicates = 8
  static let points = 256
  /// Groups whose pairs are looked at: 15 pairs, those with the most interaction in all.
  static let pairedGroups = 6
  /// Points of a replicate below which nothing is said of the part where a group exists.
  static let fewestPresent = 8

  let variance: Double
  let effects: [Effect]
  /// The interaction of two groups, as a share of the variance.
  let pairs: [(first: Int, second: Int, share: Share)]

  /// - Parameter groups: a partition of the dimensions of the cube.
  init<Fault: Error>(
    groups: [[Int]], key: RandomKey, function: ([[Double]]) throws(Fault) -> Answer
  ) throws(Fault) {
    let dimensions = groups.reduce(0) { $0 + $1.count }
    var samples: [Sample] = []
    for replicate in 0..<Self.replicates {
      let own = key.derived(replicate)
      samples.append(
        try Sample(groups, dimensions: dimensions, key: own, function: function))
    }
    variance = samples.reduce(0) { $0 + $1.variance } / Double(samples.count)
    let wholes = samples.map(\.variance)
    effects = groups.indices.map { group in
      let present = samples.compactMap { $0.present[group] }
      return Effect(
        main: Self.share(samples.map { $0.mains[group] }, of: wholes),
        total: Self.share(samples.map { $0.totals[group] }, of: wholes),
        presence: samples.reduce(0) { $0 + $1.presence[group] } / Double(samples.count),
        mainWherePresent: present.count == samples.count
          ? Self.share(present.map(\.main), of: present.map(\.variance)) : nil)
    }
    let gaps = effects.map { $0.total.value - $0.main.value }
    let busy = groups.indices.sorted { (-gaps[$0], $0) < (-gaps[$1], $1) }
      .prefix(Self.pairedGroups).sorted()
    var pairs: [(first: Int, second: Int, share: Share)] = []
    for (place, first) in busy.enumerated() {
      for second in busy.dropFirst(place + 1) {
        var parts: [Double] = []
        for sample in samples {
          parts.append(try sample.interaction(first, second, groups, function: function))
        }
        pairs.append((first, second, Self.share(parts, of: wholes)))
      }
    }
    self.pairs = pairs
  }

  /// The ratio of the means, with the deviation of the single ratios over √replicates.
  private static func share(_ parts: [Double], of wholes: [Double]) -> Share {
    let whole = wholes.reduce(0, +)
    guard whole > 0 else { return Share(value: 0, error: 0) }
    let value = parts.reduce(0, +) / whole
    let count = Double(parts.count)
    // Residuals of the ratio estimator, in units of the mean variance.
    let squares = zip(parts, wholes).reduce(0) { sum, pair in
      let residual = (pair.0 - value * pair.1) * count / whole
      return sum + residual * residual
    }
    return Share(value: value, error: (squares / (count * (count - 1))).squareRoot())
  }
}

/// One replicate.
private struct Sample {
  let a: [[Double]]
  let b: [[Double]]
  private let valuesA: [Double]
  /// f(B) − μ.
  private let centredB: [Double]
  let variance: Double
  private(set) var mains: [Double] = []
  private(set) var totals: [Double] = []
  private(set) var presence: [Double] = []
  private(set) var present: [(main: Double, variance: Double)?] = []

  init<Fault: Error>(
    _ groups: [[Int]], dimensions: Int, key: RandomKey,
    function: ([[Double]]) throws(Fault) -> SampledVariance.Answer
  ) throws(Fault) {
    let rows = Self.rows(2 * dimensions, key: key)
    a = rows.map { Array($0[..<dimensions]) }
    b = rows.map { Array($0[dimensions...]) }
    let (first, second) = (try function(a), try function(b))
    let mean = Self.mean(first.values + second.values)
    valuesA = first.values
    centredB = second.values.map { $0 - mean }
    variance = Self.mean((first.values + second.values).map { ($0 - mean) * ($0 - mean) })
    for group in groups.indices {
      let mixed = try function(Self.mixed(a, b, groups[group])).values
      mains.append(main(mixed))
      totals.append(
        0.5 * Self.mean(zip(mixed, valuesA).map { ($0 - $1) * ($0 - $1) }))
      let inA = a.indices.filter { first.exists[$0][group] }
      let inB = b.indices.filter { second.exists[$0][group] }
      presence.append(Double(inA.count + inB.count) / Double(a.count + b.count))
      if inA.count == a.count, inB.count == b.count {
        present.append((mains[group], variance))
      } else {
        present.append(
          try Self.presentEffect(
            zip(inA, inB).map {
              (a: a[$0], valueA: first.values[$0], b: b[$1], valueB: second.values[$1])
            }, group, groups[group], function: function))
      }
    }
  }

  /// The main effect and the variance at points where the group exists; nil for too few of them.
  private static func presentEffect<Fault: Error>(
    _ rows: [(a: [Double], valueA: Double, b: [Double], valueB: Double)], _ group: Int,
    _ inputs: [Int], function: ([[Double]]) throws(Fault) -> SampledVariance.Answer
  ) throws(Fault) -> (main: Double, variance: Double)? {
    let answer = try function(mixed(rows.map(\.a), rows.map(\.b), inputs))
    let kept = rows.indices.filter { answer.exists[$0][group] }
    guard kept.count >= SampledVariance.fewestPresent else { return nil }
    let own = kept.map { rows[$0] }
    let all = own.map(\.valueA) + own.map(\.valueB)
    let mean = Self.mean(all)
    let main = Self.mean(
      kept.map { (rows[$0].valueB - mean) * (answer.values[$0] - rows[$0].valueA) })
    return (main, Self.mean(all.map { ($0 - mean) * ($0 - mean) }))
  }

  /// V_gh.
  func interaction<Fault: Error>(
    _ first: Int, _ second: Int, _ groups: [[Int]],
    function: ([[Double]]) throws(Fault) -> SampledVariance.Answer
  ) throws(Fault) -> Double {
    let mixed = try function(Self.mixed(a, b, groups[first] + groups[second])).values
    return main(mixed) - mains[first] - mains[second]
  }

  private func main(_ mixed: [Double]) -> Double {
    Self.mean(mixed.indices.map { centredB[$0] * (mixed[$0] - valuesA[$0]) })
  }

  /// Points of A with some inputs of B.
  private static func mixed(
    _ a: [[Double]], _ b: [[Double]], _ inputs: [Int]
  ) -> [[Double]] {
    zip(a, b).map { own, other in
      var row = own
      for input in inputs { row[input] = other[input] }
      return row
    }
  }

  private static func rows(_ dimensions: Int, key: RandomKey) -> [[Double]] {
    let sequence = SobolSequence(
      dimensions: min(dimensions, SobolSequence.maximumDimensions), scrambledBy: key)
    var source = CounterRandom(key.derived("further dimensions"))
    return (0..<SampledVariance.points).map { index in
      var row = sequence[index]
      while row.count < dimensions { row.append(source.uniform()) }
      return row
    }
  }

  private static func mean(_ values: [Double]) -> Double {
    values.reduce(0, +) / Double(max(values.count, 1))
  }
}
