/// How often one arm is ahead of another in the same block.
///
/// P = (wins + ties / 2) / n, with the interval of Clopper and Pearson.
///
/// Reference: Agarwal et al., arXiv 2108.13264, section 4 (there over unpaired runs).
public enum ProbabilityOfImprovement {
  /// - Precondition: at least one difference.
  public static func interval(_ differences: [Double], level: Double = 0.95) -> BinomialInterval {
    let wins = Double(differences.count { $0 > 0 })
    let ties = Double(differences.count { $0 == 0 })
    return BinomialInterval(successes: wins + ties / 2, of: differences.count, level: level)
  }
}
