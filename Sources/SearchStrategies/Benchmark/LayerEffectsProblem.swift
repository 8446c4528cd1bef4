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
public struct LayerEffectsProblem: Sendable {
  /// wₗ from the input side.
  public let effects: [Double]
  let width: Int
  private let noiseKey: RandomKey

  static let noise = 0.015
  static let examples = 277.0
  /// What the hypervolume is measured from: a score, and a share of the backbone's parameters.
  static let reference = (score: 0.5, share: 0.26)

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
    noiseKey = key.derived("noise")
  }

  init(effects: [Double], width: Int, noiseKey: RandomKey) {
    self.effects = effects
    self.width = width
    self.noiseKey = noiseKey
  }

  /// Sizes of the three modules and the active layers of a configuration.
  struct Shape: Hashable {
    var serial = 0
    var parallel = 0
    var prefix = 0
    var active: [Bool]
  }

  static func shape(of configuration: PEFTConfiguration) -> Shape {
    let layers = configuration.layers
    var shape = Shape(active: layers.map { !$0.isEmpty })
    for method in layers.first(where: { !$0.isEmpty }) ?? [] {
      let size =
        (method.parameters["bottleneck"] ?? method.parameters["length"])?.asInteger ?? 0
      switch method.name {
      case "adapter": shape.serial = size
      case "parallel-adapter": shape.parallel = size
      default: shape.prefix = size
      }
    }
    return shape
  }

  /// 2 · width · layers · (serial + parallel + prefix), as the paper counts.
  func parameters(_ shape: Shape) -> Int {
    2 * width * shape.active.count { $0 } * (shape.serial + shape.parallel + shape.prefix)
  }

  private func value(_ shape: Shape, layers: Double) -> Double {
    let gain =
      0.5 * (1 - exp(-Double(shape.serial) / 24)) + 0.9 * (1 - exp(-Double(shape.parallel) / 64))
      + 0.35 * (1 - exp(-Double(shape.prefix) / 4))
    return 0.53 + 0.22 * tanh(gain * layers)
      - 0.004 * log10(1 + Double(parameters(shape)) / 1e5)
  }

  /// The score without noise.
  func value(_ shape: Shape) -> Double {
    value(shape, layers: zip(effects, shape.active).reduce(0) { $0 + ($1.1 ? $1.0 : 0) })
  }

  /// The score that a training would report.
  func measured(_ shape: Shape) -> Double {
    var key = noiseKey.derived(shape.serial).derived(shape.parallel).derived(shape.prefix)
    for isActive in shape.active { key = key.derived(isActive ? 1 : 0) }
    var source = CounterRandom(key)
    let score = value(shape) + Self.noise * source.normal()
    return (score * Self.examples).rounded() / Self.examples
  }

  /// The objectives of a shape without noise, both maximised.
  func objectives(_ shape: Shape) -> [Double] { [value(shape), -Double(parameters(shape))] }

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
          var shape = Shape(
            serial: serial, parallel: parallel, prefix: prefix, active: effects.map { _ in false })
          for layer in order {
            shape.active[layer] = true
            points.append(objectives(shape))
          }
        }
      }
    }
    return points
  }
}
