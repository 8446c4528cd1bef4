import Foundation

/// How values lie on the unit interval.
///
/// k levels: u(v) = (v + 0.49999) / (k − 1 + 0.99998) of the level v = 0 … k − 1, so that each
/// level owns a stretch of the same length; two levels are 0.25 and 0.75 to five digits.
/// Whole numbers with `log`: u(v) = ln(v / (a − ½)) / ln((b + ½) / (a − ½)).
/// Real numbers: u = (x − a) / (b − a), or ln(x / a) / ln(b / a) with `log`.
///
/// Reference: ConfigSpace 0.6 (integer hyper-parameters), as AutoPEFT uses it.
extension Domain {
  /// The place of a value in the unit interval, for ordered domains.
  func unit(of value: ParameterValue) -> Double? {
    switch self {
    case .integer(let range, let log):
      guard let whole = value.asInteger else { return nil }
      if !log { return Self.unit(level: whole - range.lowerBound, of: range.count) }
      let (low, high) = (Double(range.lowerBound) - 0.5, Double(range.upperBound) + 0.5)
      return Foundation.log(Double(whole) / low) / Foundation.log(high / low)
    case .number(let range, let log):
      guard let number = value.asNumber else { return nil }
      if range.lowerBound == range.upperBound { return 0.5 }
      let unit =
        log
        ? Foundation.log(number / range.lowerBound)
          / Foundation.log(range.upperBound / range.lowerBound)
        : (number - range.lowerBound) / (range.upperBound - range.lowerBound)
      return min(1, max(0, unit))
    case .ordinal(let values):
      return values.firstIndex(of: value).map { Self.unit(level: $0, of: values.count) }
    case .choice, .compositions, .subset: return nil
    }
  }

  /// The value at a place of the unit interval, for ordered domains; places outside are clamped.
  func value(atUnit unit: Double) -> ParameterValue? {
    let unit = unit.isNaN ? 0.5 : min(1, max(0, unit))
    switch self {
    case .integer(let range, let log):
      if !log {
        return .integer(range.lowerBound + Self.level(atUnit: unit, of: range.count))
      }
      let (low, high) = (Double(range.lowerBound) - 0.5, Double(range.upperBound) + 0.5)
      let whole = (low * Foundation.exp(unit * Foundation.log(high / low))).rounded()
      return .integer(min(range.upperBound, max(range.lowerBound, Int(whole))))
    case .number(let range, let log):
      if unit <= 0 { return .number(range.lowerBound) }
      if unit >= 1 { return .number(range.upperBound) }
      let number =
        log
        ? range.lowerBound
          * Foundation.exp(
            unit * Foundation.log(range.upperBound / range.lowerBound))
        : range.lowerBound + unit * (range.upperBound - range.lowerBound)
      return .number(min(range.upperBound, max(range.lowerBound, Self.sixDigits(number))))
    case .ordinal(let values):
      return values[Self.level(atUnit: unit, of: values.count)]
    case .choice, .compositions, .subset: return nil
    }
  }

  static func unit(level: Int, of count: Int) -> Double {
    (Double(level) + 0.49999) / (Double(count - 1) + 0.99998)
  }

  static func level(atUnit unit: Double, of count: Int) -> Int {
    let level = (unit * (Double(count - 1) + 0.99998) + 0.00001).rounded(.down)
    return min(count - 1, max(0, Int(level)))
  }

  /// The nearest number with six significant decimal digits.
  ///
  /// Sampled numbers are kept to six digits, so that a file, an encoding and a point hold exactly
  /// the same value.
  static func sixDigits(_ number: Double) -> Double {
    guard number != 0, number.isFinite else { return number }
    let exponent = 5 - Int(Foundation.log10(abs(number)).rounded(.down))
    guard abs(exponent) <= 22 else { return number }
    let power = Foundation.pow(10, Double(abs(exponent)))
    return exponent >= 0 ? (number * power).rounded() / power : (number / power).rounded() * power
  }
}
