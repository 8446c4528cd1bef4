extension Int {
  /// The product, or the largest integer where it does not fit.
  ///
  /// Costs of absurd settings (millions of tokens in a batch) stay comparable with limits.
  func saturatingTimes(_ other: Int) -> Int {
    let (product, overflow) = multipliedReportingOverflow(by: other)
    return overflow ? .max : product
  }

  /// The sum, or the largest integer where it does not fit.
  func saturatingPlus(_ other: Int) -> Int {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? .max : sum
  }
}
