internal import CVectorKernels

/// Loops over plain float memory for optimizers and other code above the tensor core.
public enum VectorMath {
  /// Σ x² in double precision.
  public static func sumOfSquares(_ x: UnsafeMutableBufferPointer<Float>) -> Double {
    guard let base = x.baseAddress else { return 0 }
    return vk_sum_of_squares(base, x.count)
  }

  /// Multiplies by a number: x ← a x.
  public static func scale(_ x: UnsafeMutableBufferPointer<Float>, by a: Float) {
    guard let base = x.baseAddress else { return }
    vk_scale(a, base, base, x.count)
  }

  /// Adds: y ← y + x.
  static func add(
    _ x: UnsafePointer<Float>, to y: UnsafeMutablePointer<Float>, count: Int
  ) {
    vk_add(x, y, y, count)
  }

  /// The numbers of an AdamW step that are the same for every element.
  public struct AdamWStep: Sendable {
    /// The gradient is multiplied by this first (clipping).
    public var gradientScale: Float
    public var beta1: Float
    public var beta2: Float
    public var epsilon: Float
    /// The corrected rate, lr / (1 − β₁ᵗ).
    public var stepSize: Float
    /// The correction of √v, 1 / √(1 − β₂ᵗ).
    public var secondMomentScale: Float
    /// What weight decay leaves, 1 − lr · weight decay.
    public var retention: Float

    public init(
      gradientScale: Float, beta1: Float, beta2: Float, epsilon: Float, stepSize: Float,
      secondMomentScale: Float, retention: Float
    ) {
      self.gradientScale = gradientScale
      self.beta1 = beta1
      self.beta2 = beta2
      self.epsilon = epsilon
      self.stepSize = stepSize
      self.secondMomentScale = secondMomentScale
      self.retention = retention
    }
  }

  /// One AdamW step: m ← β₁ m + (1 − β₁) g; v ← β₂ v + (1 − β₂) g²;
  /// p ← retention · p − stepSize · m / (√v · secondMomentScale + ε), all of equal count.
  public static func adamW(
    _ values: UnsafeMutableBufferPointer<Float>, gradient: UnsafeMutableBufferPointer<Float>,
    firstMoment: UnsafeMutableBufferPointer<Float>,
    secondMoment: UnsafeMutableBufferPointer<Float>, _ step: AdamWStep
  ) {
    precondition(
      gradient.count == values.count && firstMoment.count == values.count
        && secondMoment.count == values.count,
      "adamW: counts differ: \(values.count) values, \(gradient.count) gradients")
    guard let p = values.baseAddress, let g = gradient.baseAddress,
      let m = firstMoment.baseAddress, let v = secondMoment.baseAddress
    else { return }
    vk_adamw_step(
      p, g, m, v, values.count,
      vk_adamw(
        gradient_scale: step.gradientScale, beta1: step.beta1, beta2: step.beta2,
        epsilon: step.epsilon, step_size: step.stepSize,
        second_moment_scale: step.secondMomentScale, retention: step.retention))
  }
}
