import Foundation
import LinearAlgebra

/// The expected hypervolume improvement over several fronts of a point with a normal score and
/// known further objectives, in closed form.
///
/// With the boxes of front s, thresholds t and weights w(c) of the known objectives c, and a score
/// distributed as N(μ_s, σ²):
///
///     E = 1/S Σ_s Σ_boxes w(c) σ h((μ_s − t) / σ),   h(z) = φ(z) + z Φ(z).
///
/// Only the score is random, so nothing has to be sampled for the point itself: the integral that
/// BoTorch's qNEHVI estimates for each candidate is exact here.
struct SampledFronts: Sendable {
  /// Where the boxes of each front begin; one more entry than fronts.
  private let starts: [Int]
  private let thresholds: [Double]
  /// [boxes, known].
  private let lower: [Double]
  private let upper: [Double]
  let known: Int

  var count: Int { starts.count - 1 }

  /// - Parameters:
  ///   - fronts: the scores and known objectives of each sample's points.
  ///   - reference: of the score and the known objectives.
  init(_ fronts: [[[Double]]], reference: [Double]) {
    var starts = [0]
    var boxes: [BoxDecomposition.Box] = []
    for points in fronts {
      let front = ParetoFront(points).points
      boxes += BoxDecomposition(front: front, reference: reference).boxes
      starts.append(boxes.count)
    }
    self.starts = starts
    thresholds = boxes.map(\.threshold)
    lower = boxes.flatMap(\.lower)
    upper = boxes.flatMap(\.upper)
    known = reference.count - 1
  }

  /// The weight of every box for a place in the known objectives.
  private func weights(_ place: ArraySlice<Double>) -> [Double] {
    var weights = Array(repeating: 1.0, count: thresholds.count)
    var position = 0
    for box in weights.indices {
      for z in place {
        weights[box] *= max(0, min(z, upper[position]) - lower[position])
        position += 1
      }
    }
    return weights
  }

  /// log E.
  ///
  /// - Parameters:
  ///   - means: μ_s, one for each front.
  ///   - place: the known objectives.
  func logExpectation(
    means: ArraySlice<Double>, deviation: Double, place: ArraySlice<Double>
  ) -> Double {
    let weights = weights(place)
    var sum = 0.0
    for (front, mean) in means.enumerated() {
      for box in starts[front]..<starts[front + 1] where weights[box] > 0 {
        let z = (mean - thresholds[box]) / deviation
        if z > -37 { sum += weights[box] * Self.improvement(z) }
      }
    }
    // Far below the fronts the sum underflows; its logarithm does not.
    if sum > 1e-250 { return log(sum * deviation / Double(count)) }
    return slopes(means: means, deviation: deviation, place: place).value
  }

  /// h(z).
  private static func improvement(_ z: Double) -> Double {
    exp(-0.5 * z * z) * 0.398_942_280_401_432_7 + 0.5 * z * erfc(-z * 0.707_106_781_186_547_5)
  }

  /// log E and its derivatives by every mean and by the deviation.
  ///
  /// Where no box has weight (a known objective is not above its reference), E = 0 everywhere: the
  /// value is then the lowest finite number's logarithm-like stand-in `nothing`, without slope.
  func slopes(
    means: ArraySlice<Double>, deviation: Double, place: ArraySlice<Double>
  ) -> (value: Double, byMean: [Double], byDeviation: Double) {
    let weights = weights(place)
    var terms: [(front: Int, value: Double, byMean: Double, byDeviation: Double)] = []
    var largest = -Double.infinity
    for (front, mean) in means.enumerated() {
      for box in starts[front]..<starts[front + 1] where weights[box] > 0 {
        let z = (mean - thresholds[box]) / deviation
        let improvement = SpecialFunctions.logImprovement(z)
        let value = log(weights[box]) + improvement.value
        largest = max(largest, value)
        terms.append(
          (
            front, value, improvement.derivative / deviation,
            (1 - z * improvement.derivative) / deviation
          ))
      }
    }
    var byMean = Array(repeating: 0.0, count: count)
    guard largest > -.infinity else { return (Self.nothing, byMean, 0) }
    var sum = 0.0
    var byDeviation = 0.0
    for term in terms {
      let share = exp(term.value - largest)
      sum += share
      byMean[term.front] += share * term.byMean
      byDeviation += share * term.byDeviation
    }
    return (
      largest + log(sum * deviation / Double(count)), byMean.map { $0 / sum }, byDeviation / sum
    )
  }

  /// What stands for log 0: below the logarithm of any improvement that numbers can hold.
  static let nothing = -1e300
}
