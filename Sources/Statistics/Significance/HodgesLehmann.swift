/// The estimate of Hodges and Lehmann for paired differences: the median of all Walsh averages.
///
/// median over i ≤ j of (d_i + d_j) / 2. It estimates the centre of symmetric differences, resists
/// single wild ones, and belongs to the signed-rank test. Complexity: n(n+1)/2 averages, the median
/// by selection in linear time.
///
/// Reference: Hodges and Lehmann, Annals of Mathematical Statistics 34 (1963).
public enum HodgesLehmann {
  /// - Precondition: at least one difference.
  public static func estimate(_ differences: [Double]) -> Double {
    precondition(!differences.isEmpty, "HodgesLehmann: no differences")
    var averages: [Double] = []
    averages.reserveCapacity(differences.count * (differences.count + 1) / 2)
    for i in differences.indices {
      for j in 0...i { averages.append(0.5 * (differences[i] + differences[j])) }
    }
    let middle = averages.count / 2
    let upper = select(middle, of: &averages)
    if averages.count % 2 == 1 { return upper }
    let lower = averages[..<middle].max() ?? upper
    return 0.5 * (lower + upper)
  }

  /// The element of a rank (0 is the smallest); all before it are no larger afterwards.
  private static func select(_ rank: Int, of values: inout [Double]) -> Double {
    var (low, high) = (0, values.count - 1)
    while low < high {
      let pivot = values[(low + high) / 2]
      var (i, j) = (low, high)
      while i <= j {
        while values[i] < pivot { i += 1 }
        while values[j] > pivot { j -= 1 }
        if i <= j {
          values.swapAt(i, j)
          i += 1
          j -= 1
        }
      }
      if rank <= j { high = j } else if rank >= i { low = i } else { break }
    }
    return values[rank]
  }
}
