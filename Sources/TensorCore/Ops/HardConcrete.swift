internal import CVectorKernels
public import LinearAlgebra

/// Gates in [0, 1] that are exactly 0 or 1 with positive probability.
///
/// s = σ(ln u − ln(1 − u) + α), s̄ = (h − l) s + l, z = min(1, max(0, s̄)) with the stretch
/// l = −1.5 and h = 1.5, and P(z > 0) = σ(α − ln(−l/h)) = σ(α).
///
/// Reference: arXiv 1712.01312, section 2.3; arXiv 2012.07463, section 3.2.
public enum HardConcrete {
  /// l and h.
  public static let lower: Float = -1.5
  public static let upper: Float = 1.5

  static var stretch: Float { upper - lower }
}

extension Tape {
  /// Hard-concrete gates of their parameters α, of one shape.
  ///
  /// Element i draws u from word i of the key's Philox stream, kept within [10⁻⁴, 1 − 10⁻⁴]; without
  /// a key u = 1/2, the gate that stands for all draws.
  /// dα = dz · (h − l) s (1 − s) where 0 < s̄ < 1, else 0.
  public func hardConcrete(_ alpha: Tensor, key: RandomKey?) -> Tensor {
    let z = makeTensor(alpha.shape, requiresGradient: alpha.requiresGradient)
    let logistic = makeSaved(alpha.count)
    if let key {
      vk_logistic_noise(logistic, alpha.count, key.bits)
      vk_add(logistic, alpha.pointer, logistic, alpha.count)
    } else {
      logistic.update(from: alpha.pointer, count: alpha.count)
    }
    vk_sigmoid(logistic, logistic, alpha.count)
    for index in 0..<alpha.count {
      let stretched = HardConcrete.stretch * logistic[index] + HardConcrete.lower
      z.pointer[index] = min(1, max(0, stretched))
    }
    if z.requiresGradient {
      record(HardConcreteOperation(output: z, alpha: alpha, logistic: logistic))
    }
    return z
  }
}

private struct HardConcreteOperation: Operation {
  let output: Tensor
  let alpha: Tensor
  /// s.
  let logistic: UnsafeMutablePointer<Float>

  func backward(_ gradient: OutputGradient, tape: Tape) {
    guard let target = tape.target(for: alpha) else { return }
    target.clearIfNew(alpha.count)
    for index in 0..<alpha.count {
      let z = output.pointer[index]
      let s = logistic[index]
      let slope = z > 0 && z < 1 ? HardConcrete.stretch * s * (1 - s) : 0
      target.pointer[index] += gradient.pointer[index] * slope
    }
  }
}
