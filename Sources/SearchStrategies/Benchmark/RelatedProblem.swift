import Foundation
import LinearAlgebra

/// A task from which an earlier run comes, beside a `LayerEffectsProblem`.
public enum RelatedProblem: String, Sendable, CaseIterable {
  /// Its layer effects are those of the problem times exp(0.5 z), z normal; sizes act alike.
  case related
  /// The score is linear in the layers and the logarithms of the sizes, with normal coefficients
  /// that have nothing to do with the problem.
  case unrelated
  /// What is good here is bad there.
  case adverse

  /// The score that a training on the earlier task would report, with the same noise.
  func score(_ problem: LayerEffectsProblem, seed: UInt64) -> (AutoPEFTShape) -> Double {
    let key = RandomKey(seed: seed).derived("earlier task").derived(rawValue)
    var source = CounterRandom(key)
    let layers = problem.effects.count
    switch self {
    case .related:
      let other = LayerEffectsProblem(
        problem, effects: problem.effects.map { $0 * exp(0.5 * source.normal()) },
        noiseKey: key.derived("noise"))
      return other.measured
    case .adverse:
      let other = LayerEffectsProblem(
        problem, effects: problem.effects, noiseKey: key.derived("noise"))
      return { 1 - other.measured($0) }
    case .unrelated:
      let coefficients = (0..<layers + 3).map { _ in source.normal() }
      let noise = key.derived("noise")
      return { shape in
        let sizes = [shape.serial, shape.parallel, shape.prefix].map { log2(1 + Double($0)) / 4 }
        let inputs = shape.active.map { $0 ? 1.0 : 0 } + sizes
        let sum = zip(coefficients, inputs).reduce(0) { $0 + $1.0 * $1.1 }
        let place = noise.derived(shape.serial).derived(shape.parallel).derived(shape.prefix)
        var own = CounterRandom(shape.active.reduce(place) { $0.derived($1 ? 1 : 0) })
        return 0.6 + 0.02 * sum + LayerEffectsProblem.noise * own.normal()
      }
    }
  }
}
