import Foundation
import LinearAlgebra
public import SearchSpaces

/// A made-up task on AutoPEFT's space whose best front is known exactly.
///
///     score = 0.53 + 0.22 · tanh(g(sizes) · Σ_active wₗ) − 0.004 · log₁₀(1 + parameters / 10⁵)
///     g = 0.5 (1 − e^(−serial/24)) + 0.9 (1 − e^(−parallel/64)) + 0.35 (1 − e^(−prefix/4))
///
/// Layer effects wₗ add up, are larger towards the output, and a few are harmful; sizes saturate;
/// what is large overfits a little. The seed draws the effects. A measured score adds normal noise
/// of deviation 0.015 (that between seeds of a small GLUE task) and is rounded to 277 examples, the
/// validation set of RTE; it depends on the configuration alone, so strategies share it.
///
/// For given sizes and a given number of layers the best mask holds the largest effects, so the best
/// front is found by looking at 11³ · L points.
public struct LayerEffectsProblem: BenchmarkProblem {
  /// wₗ from the input side.
  public let effects: [Double]
  let width: Int
  let reference: [Double]
  private let noiseKey: RandomKey

  static let noise = 0.015
  static let examples = 277.0
  /// The score that the hypervolume is measured from.
  static let referenceScore = 0.5
  /// The share of the backbone's parameters that it is measured from.
  static let referenceShare = 0.26

  public init(seed: UInt64, backbone: BackboneShape) {
    let key = RandomKey(seed: seed).derived("layer effects")
    var source = CounterRandom(key)
    let layers = backbone.layers
    effects = (0..<layers).map { layer in
      let depth = (Double(layer) + 0.5) / Double(layers)
      let size = -log(1 - source.uniform()) * (0.4 + 1.2 * depth) / Double(layers) * 2
      return source.uniform() < 0.2 ? -0.5 * size : size
    }
    width = backbone.width
    reference = [Self.referenceScore, -Self.referenceShare * Double(backbone.parameterCount)]
    noiseKey = key.derived("noise")
  }

  /// The same task with other effects and noise.
  init(_ other: LayerEffectsProblem, effects: [Double], noiseKey: RandomKey) {
    self.effects = effects
    width = other.width
    reference = other.reference
    self.noiseKey = noiseKey
  }

  private func value(_ shape: AutoPEFTShape, layers: Double) -> Double {
    let gain =
      0.5 * (1 - exp(-Double(shape.serial) / 24)) + 0.9 * (1 - exp(-Double(shape.parallel) / 64))
      + 0.35 * (1 - exp(-Double(shape.prefix) / 4))
    return 0.53 + 0.22 * tanh(gain * layers)
      - 0.004 * log10(1 + Double(shape.parameters(width: width)) / 1e5)
  }

  /// The score without noise.
  func value(_ shape: AutoPEFTShape) -> Double {
    value(shape, layers: zip(effects, shape.active).reduce(0) { $0 + ($1.1 ? $1.0 : 0) })
  }

  /// The score that a training would report.
  func measured(_ shape: AutoPEFTShape) -> Double {
    var key = noiseKey.derived(shape.serial).derived(shape.parallel).derived(shape.prefix)
    for isActive in shape.active { key = key.derived(isActive ? 1 : 0) }
    var source = CounterRandom(key)
    let score = value(shape) + Self.noise * source.normal()
    return (score * Self.examples).rounded() / Self.examples
  }

  /// One point for each size of the ladder and each number of layers, with the best mask.
  func bestPoints() -> [[Double]] {
    var ladder = [0]
    var size = width
    while size > 0 {
      ladder.append(size)
      size /= 2
    }
    let order = effects.indices.sorted { effects[$0] > effects[$1] }
    var points: [[Double]] = []
    for serial in ladder {
      for parallel in ladder {
        for prefix in ladder where serial + parallel + prefix > 0 {
          var shape = AutoPEFTShape(
            serial: serial, parallel: parallel, prefix: prefix, active: effects.map { _ in false })
          for layer in order {
            shape.active[layer] = true
            points.append([value(shape), -Double(shape.parameters(width: width))])
          }
        }
      }
    }
    return points
  }
}
