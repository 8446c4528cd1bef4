internal import Foundation

/// One axis of a chart: values to places, and round tick marks.
struct ChartAxis: Sendable {
  let lower: Double
  let upper: Double
  let isLogarithmic: Bool
  /// Where the lower and the upper value lie in the picture.
  let start: Double
  let end: Double

  /// - Parameters:
  ///   - values: what must be visible.
  ///   - margin: the share of the range that is added on both sides.
  init(
    _ values: [Double], start: Double, end: Double, logarithmic: Bool = false,
    margin: Double = 0.04
  ) {
    let usable = values.filter { $0.isFinite && (!logarithmic || $0 > 0) }
    var low = usable.min() ?? (logarithmic ? 1 : 0)
    var high = usable.max() ?? (logarithmic ? 10 : 1)
    if logarithmic {
      let room = max(0.05, margin * log10(high / low))
      (low, high) = (low * pow(10, -room), high * pow(10, room))
    } else {
      let room = high > low ? margin * (high - low) : max(1e-6, 0.05 * abs(high))
      (low, high) = (low - room, high + room)
    }
    (lower, upper, isLogarithmic) = (low, high, logarithmic)
    (self.start, self.end) = (start, end)
  }

  /// An axis with given ends.
  init(lower: Double, upper: Double, start: Double, end: Double) {
    (self.lower, self.upper, isLogarithmic) = (lower, upper, false)
    (self.start, self.end) = (start, end)
  }

  func place(_ value: Double) -> Double {
    let share =
      isLogarithmic
      ? log10(max(value, 1e-300) / lower) / log10(upper / lower)
      : (value - lower) / (upper - lower)
    return start + share * (end - start)
  }

  /// About `count` round values with their labels.
  func ticks(_ count: Int = 5) -> [(value: Double, label: String)] {
    if isLogarithmic { return logarithmicTicks() }
    let step = Self.roundStep((upper - lower) / Double(count))
    let digits = max(0, Int((-log10(step)).rounded(.up)))
    var ticks: [(Double, String)] = []
    var index = Int((lower / step).rounded(.up))
    while Double(index) * step <= upper + 1e-9 * step {
      let value = Double(index) * step
      let label =
        abs(value) >= 10_000 ? Markup.whole(Int(value.rounded())) : Markup.number(value, digits)
      ticks.append((value, label))
      index += 1
    }
    return ticks
  }

  private func logarithmicTicks() -> [(value: Double, label: String)] {
    var ticks: [(Double, String)] = []
    let powers = Int(log10(lower).rounded(.down))...Int(log10(upper).rounded(.up))
    let mantissas: [Double] = powers.count > 4 ? [1] : [1, 2, 5]
    for power in powers {
      for mantissa in mantissas {
        let value = mantissa * pow(10, Double(power))
        guard value >= lower, value <= upper else { continue }
        ticks.append((value, value >= 1 ? Markup.whole(Int(value.rounded())) : "\(value)"))
      }
    }
    return ticks
  }

  private static func roundStep(_ raw: Double) -> Double {
    let power = pow(10, log10(raw).rounded(.down))
    let mantissa = raw / power
    return (mantissa < 1.5 ? 1 : mantissa < 3.5 ? 2 : mantissa < 7.5 ? 5 : 10) * power
  }
}
