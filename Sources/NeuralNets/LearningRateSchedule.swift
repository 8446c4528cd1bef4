internal import Foundation

/// The factor on the learning rate at each optimizer step.
///
/// It rises linearly from 0 during the warm-up, then stays, falls linearly to 0 or falls as half a
/// cosine to 0 at `totalSteps`. Equal to `get_constant_schedule_with_warmup`,
/// `get_linear_schedule_with_warmup` and `get_cosine_schedule_with_warmup` of
/// huggingface/transformers src/transformers/optimization.py.
public struct LearningRateSchedule: Sendable, Hashable {
  /// The shape after the warm-up.
  public enum Kind: String, Sendable, Codable, Hashable, CaseIterable {
    case constant
    case linear
    case cosine
  }

  public let kind: Kind
  /// Steps of the rise.
  public let warmupSteps: Int
  /// Steps of the whole training, warm-up included.
  public let totalSteps: Int

  public init(_ kind: Kind, warmupSteps: Int, totalSteps: Int) {
    self.kind = kind
    self.warmupSteps = warmupSteps
    self.totalSteps = totalSteps
  }

  /// The factor in [0, 1] for a step counted from 0.
  public func factor(step: Int) -> Double {
    if step < warmupSteps { return Double(step) / Double(max(1, warmupSteps)) }
    let remaining = Double(max(1, totalSteps - warmupSteps))
    switch kind {
    case .constant:
      return 1
    case .linear:
      return max(0, Double(totalSteps - step) / remaining)
    case .cosine:
      let progress = Double(step - warmupSteps) / remaining
      return max(0, 0.5 * (1 + cos(Double.pi * progress)))
    }
  }
}
