import Foundation
import LinearAlgebra
import SearchSpaces

/// A density of one dimension, made of a kernel about each value and one that covers everything.
///
/// Ordered: normals cut to [0, 1]; each is as wide as the larger gap to its neighbours (the ends of
/// the interval included), at least 1 / min(100, n + 2); the covering one is normal about ½ with
/// deviation 1. Unordered: a count of 1 for each value and a total of 1 spread over all choices.
///
/// Reference: Watanabe, arXiv 2304.11127, section 3.3 (the defaults of Optuna's univariate sampler).
struct ParzenDensity {
  private struct Component {
    let centre: Double
    let width: Double
    /// Φ at both ends of the interval.
    let low: Double
    let high: Double
  }

  private let components: [Component]
  /// Probabilities of the choices; empty where the dimension is ordered.
  private let shares: [Double]

  init(_ values: [Double], kind: SpaceDimension.Kind) {
    switch kind {
    case .unordered(let choices):
      var counts = Array(repeating: 1 / Double(choices), count: choices)
      for value in values { counts[Int(value)] += 1 }
      shares = counts.map { $0 / Double(values.count + 1) }
      components = []
    case .ordered:
      shares = []
      let least = 1 / Double(min(100, values.count + 2))
      let fences = [0] + values.sorted() + [1]
      components =
        [Self.component(0.5, 1)]
        + (1..<(fences.count - 1)).map { index in
          let gap = max(fences[index] - fences[index - 1], fences[index + 1] - fences[index])
          return Self.component(fences[index], min(max(gap, least), 1))
        }
    }
  }

  private static func component(_ centre: Double, _ width: Double) -> Component {
    Component(
      centre: centre, width: width, low: SpecialFunctions.normalDistribution(-centre / width),
      high: SpecialFunctions.normalDistribution((1 - centre) / width))
  }

  /// A value of the density: a place in [0, 1], or an index.
  func draw(using source: inout CounterRandom) -> Double {
    guard shares.isEmpty else {
      var left = source.uniform()
      for (index, share) in shares.enumerated() {
        left -= share
        if left < 0 { return Double(index) }
      }
      return Double(shares.count - 1)
    }
    let component = components[source.integer(below: components.count)]
    let level = component.low + (component.high - component.low) * source.uniform()
    let place =
      component.centre + component.width
      * SpecialFunctions.normalQuantile(min(max(level, 1e-12), 1 - 1e-12))
    return min(max(place, 0), 1)
  }

  func logDensity(_ value: Double) -> Double {
    guard shares.isEmpty else { return log(shares[Int(value)]) }
    let density = components.reduce(0) { sum, component in
      sum + SpecialFunctions.normalDensity((value - component.centre) / component.width)
        / (component.width * (component.high - component.low))
    }
    return log(density / Double(components.count))
  }
}
