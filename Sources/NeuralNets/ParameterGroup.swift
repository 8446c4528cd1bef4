public import TensorCore

/// Parameters that share optimizer settings.
public struct ParameterGroup {
  /// The parameters in a fixed order, under names that are unique over all groups.
  public let parameters: [NamedParameter]
  /// The learning rate before the schedule.
  public let learningRate: Double
  /// The decoupled weight decay; 0 is none.
  public let weightDecay: Double

  public init(parameters: [NamedParameter], learningRate: Double, weightDecay: Double = 0) {
    self.parameters = parameters
    self.learningRate = learningRate
    self.weightDecay = weightDecay
  }
}

/// The gradients of all trained parameters as one vector.
public enum Gradients {
  /// ‖g‖₂ over all parameters, in double precision.
  public static func norm(_ parameters: [Parameter]) -> Double {
    parameters.reduce(0) { total, parameter in
      total + withExtendedLifetime(parameter) { VectorMath.sumOfSquares(parameter.gradient) }
    }.squareRoot()
  }

  /// The factor that brings a norm down to a limit: min(1, limit / (norm + 1e-6)).
  ///
  /// The small number is that of `torch.nn.utils.clip_grad_norm_`.
  public static func clippingFactor(norm: Double, limit: Double) -> Double {
    min(1, limit / (norm + 1e-6))
  }

  /// Scales all gradients so that their norm is at most the limit; the norm before.
  @discardableResult
  public static func clip(_ parameters: [Parameter], limit: Double) -> Double {
    let norm = norm(parameters)
    let factor = clippingFactor(norm: norm, limit: limit)
    if factor < 1 {
      for parameter in parameters {
        withExtendedLifetime(parameter) {
          VectorMath.scale(parameter.gradient, by: Float(factor))
        }
      }
    }
    return norm
  }

  /// Sets all gradients to zero.
  public static func zero(_ parameters: [Parameter]) {
    for parameter in parameters { parameter.zeroGradient() }
  }
}
