/// Holm's step-down adjustment: the family-wise error over all p-values stays below the level.
///
/// p̃_(i) = max over j ≤ i of min(1, (m − j + 1) p_(j)), in ascending order of p.
///
/// Reference: Holm, Scandinavian Journal of Statistics 6 (1979).
public enum HolmAdjustment {
  /// The adjusted p-values, in the order given.
  public static func adjusted(_ pValues: [Double]) -> [Double] {
    let order = pValues.indices.sorted { pValues[$0] < pValues[$1] }
    var adjusted = pValues
    var largest = 0.0
    for (place, index) in order.enumerated() {
      largest = max(largest, min(1, Double(pValues.count - place) * pValues[index]))
      adjusted[index] = largest
    }
    return adjusted
  }
}
