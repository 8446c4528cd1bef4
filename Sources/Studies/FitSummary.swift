public import SearchSpaces

/// How the fits of a run's model went, taken together.
public struct FitSummary: Sendable, Equatable {
  /// The fit with the largest R̂.
  public struct Worst: Sendable, Equatable {
    public let trial: Int
    public let rHat: Double
  }

  public let fits: Int
  public let doubtful: Int
  /// nil where no fit could tell an R̂.
  public let worst: Worst?
  /// The smallest effective number of draws.
  public let fewestEffectiveDraws: Double?
  public let divergences: Int

  /// nil where no proposal came from Markov chains.
  ///
  /// - Parameter diagnostics: by trial.
  public init?(_ diagnostics: [Int: FitDiagnostics]) {
    guard !diagnostics.isEmpty else { return nil }
    let all = diagnostics.sorted { $0.key < $1.key }
    fits = all.count
    doubtful = all.count { $0.value.isDoubtful }
    worst = all.compactMap { entry in
      entry.value.rHat.map { Worst(trial: entry.key, rHat: $0) }
    }
    .max { ($0.rHat, $1.trial) < ($1.rHat, $0.trial) }
    fewestEffectiveDraws = all.compactMap(\.value.effectiveDraws).min()
    divergences = all.reduce(0) { $0 + $1.value.divergences }
  }

  /// What is to be said where draws are doubtful; nil where none are.
  public var warning: String? {
    guard doubtful > 0 else { return nil }
    let worst = worst.map { "the worst R̂ is \(Self.text($0.rHat)) (trial \($0.trial)), " } ?? ""
    let trajectories = divergences == 1 ? "1 trajectory" : "\(divergences) trajectories"
    return
      "\(doubtful) of \(fits) fits of the model are doubtful: \(worst)\(trajectories) diverged. "
      + "Draws are trusted up to R̂ \(Self.text(FitDiagnostics.largestRHat)) and without a divergence. "
      + "The scores stand; the choice of configurations may be worse than it could be. More "
      + "strategy.warm-up, strategy.samples or strategy.chains helps."
  }

  /// Two digits behind the point.
  private static func text(_ value: Double) -> String {
    let hundredths = Int((value * 100).rounded())
    let rest = hundredths % 100
    return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
  }
}
