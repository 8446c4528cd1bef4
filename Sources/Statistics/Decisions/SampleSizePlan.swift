internal import Foundation

/// How many blocks a paired comparison needs.
///
/// n = ⌈((Φ⁻¹(1 − α/2) + Φ⁻¹(power)) σ / δ)²⌉ for paired differences of deviation σ and an effect δ, by
/// the normal approximation; and never fewer than the sign-flip test needs to reach α at all,
/// 2^(1 − n) ≤ α.
public enum SampleSizePlan {
  public static func blocks(
    deviation: Double, effect: Double, level: Double, power: Double = 0.8
  ) -> Int {
    precondition(
      deviation >= 0 && effect > 0 && level > 0 && level < 1 && power > 0 && power < 1,
      "SampleSizePlan: deviation \(deviation), effect \(effect), level \(level), power \(power)")
    let z = NormalDistribution.quantile(1 - level / 2) + NormalDistribution.quantile(power)
    let wanted = (z * deviation / effect) * (z * deviation / effect)
    let reachable = 1 + Int(log2(1 / level).rounded(.up))
    return max(reachable, wanted < 1e9 ? Int(wanted.rounded(.up)) : 1_000_000_000)
  }
}
