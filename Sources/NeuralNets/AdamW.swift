internal import Foundation
public import TensorCore

/// Adam with bias correction and decoupled weight decay.
///
/// At step t (from 1), with lr the group's learning rate times the schedule's factor:
///   m ← β₁ m + (1 − β₁) g,  v ← β₂ v + (1 − β₂) g²,
///   p ← p − lr λ p − lr · (m / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + ε).
/// Defaults β₁ = 0.9, β₂ = 0.999, ε = 1e-8 are those of the papers below and of `torch.optim`.
/// Reference: arXiv 1412.6980, algorithm 1; arXiv 1711.05101, algorithm 2; `torch.optim.AdamW`.
public final class AdamW {
  /// The settings that all groups share.
  public struct Settings: Sendable, Hashable {
    public var beta1 = 0.9
    public var beta2 = 0.999
    public var epsilon = 1e-8

    public init() {}
  }

  /// The groups, as given.
  public let groups: [ParameterGroup]
  public let settings: Settings
  /// Steps taken so far.
  public private(set) var stepCount = 0

  private var moments: [[Moments]]

  private final class Moments {
    let first: UnsafeMutableBufferPointer<Float>
    let second: UnsafeMutableBufferPointer<Float>

    init(count: Int) {
      first = .allocate(capacity: count)
      second = .allocate(capacity: count)
      first.initialize(repeating: 0)
      second.initialize(repeating: 0)
    }

    deinit {
      first.deallocate()
      second.deallocate()
    }
  }

  /// An optimizer with moments of zero for all parameters, each of which must be trainable.
  public init(_ groups: [ParameterGroup], settings: Settings = Settings()) {
    var names: Set<String> = []
    for entry in groups.lazy.flatMap(\.parameters) {
      precondition(
        entry.parameter.isTrainable, "AdamW: parameter '\(entry.name)' is frozen")
      precondition(
        names.insert(entry.name).inserted, "AdamW: two parameters are named '\(entry.name)'")
    }
    self.groups = groups
    self.settings = settings
    moments = groups.map { $0.parameters.map { Moments(count: $0.parameter.count) } }
  }

  /// All parameters of all groups.
  public var parameters: [Parameter] {
    groups.flatMap { $0.parameters.map(\.parameter) }
  }

  /// One step of all parameters against their gradients, which stay as they are.
  ///
  /// - Parameters:
  ///   - factor: the schedule's factor on every learning rate.
  ///   - gradientScale: multiplies the gradients first, such as `Gradients.clippingFactor`.
  public func step(factor: Double, gradientScale: Double = 1) {
    stepCount += 1
    let correction1 = 1 - pow(settings.beta1, Double(stepCount))
    let correction2 = 1 - pow(settings.beta2, Double(stepCount))
    for (group, states) in zip(groups, moments) {
      let learningRate = group.learningRate * factor
      let step = VectorMath.AdamWStep(
        gradientScale: Float(gradientScale), beta1: Float(settings.beta1),
        beta2: Float(settings.beta2), epsilon: Float(settings.epsilon),
        stepSize: Float(learningRate / correction1),
        secondMomentScale: Float(1 / correction2.squareRoot()),
        retention: Float(1 - learningRate * group.weightDecay))
      for (entry, state) in zip(group.parameters, states) {
        VectorMath.adamW(
          entry.parameter.values, gradient: entry.parameter.gradient, firstMoment: state.first,
          secondMoment: state.second, step)
        entry.parameter.noteChange()
      }
    }
  }
}

// MARK: - State

extension AdamW {
  /// What a checkpoint needs to go on byte for byte, beside the parameters themselves.
  public struct State: Sendable, Equatable {
    public var stepCount: Int
    /// `NAME.first-moment` and `NAME.second-moment` of every parameter, in order.
    public var moments: [(name: String, values: [Float])]

    public init(stepCount: Int, moments: [(name: String, values: [Float])]) {
      self.stepCount = stepCount
      self.moments = moments
    }

    public static func == (left: State, right: State) -> Bool {
      left.stepCount == right.stepCount
        && left.moments.elementsEqual(right.moments) {
          $0.name == $1.name && $0.values == $1.values
        }
    }
  }

  /// The state after the steps taken so far.
  public var state: State {
    var list: [(name: String, values: [Float])] = []
    for (group, states) in zip(groups, moments) {
      for (entry, state) in zip(group.parameters, states) {
        list.append((name: "\(entry.name).first-moment", values: Array(state.first)))
        list.append((name: "\(entry.name).second-moment", values: Array(state.second)))
      }
    }
    return State(stepCount: stepCount, moments: list)
  }

  /// Goes back to a saved state; it must hold exactly the moments of these parameters.
  public func restore(_ state: State) throws(OptimizerStateError) {
    var values: [String: [Float]] = [:]
    for moment in state.moments { values[moment.name] = moment.values }
    for (group, states) in zip(groups, moments) {
      for (entry, own) in zip(group.parameters, states) {
        try Self.copy(&values, "\(entry.name).first-moment", into: own.first)
        try Self.copy(&values, "\(entry.name).second-moment", into: own.second)
      }
    }
    if let extra = values.keys.min() { throw .unknown(name: extra) }
    stepCount = state.stepCount
  }

  private static func copy(
    _ values: inout [String: [Float]], _ name: String,
    into target: UnsafeMutableBufferPointer<Float>
  ) throws(OptimizerStateError) {
    guard let saved = values.removeValue(forKey: name) else { throw .missing(name: name) }
    guard saved.count == target.count else {
      throw .wrongCount(name: name, expected: target.count, got: saved.count)
    }
    _ = target.update(fromContentsOf: saved)
  }
}

/// Why a saved optimizer state does not belong to the parameters at hand.
public enum OptimizerStateError: Error, Equatable, CustomStringConvertible {
  case missing(name: String)
  case unknown(name: String)
  case wrongCount(name: String, expected: Int, got: Int)

  public var description: String {
    switch self {
    case .missing(let name):
      "optimizer state: '\(name)' is missing."
        + " Was the checkpoint written for another configuration?"
    case .unknown(let name):
      "optimizer state: '\(name)' belongs to no trained parameter."
        + " Was the checkpoint written for another configuration?"
    case .wrongCount(let name, let expected, let got):
      "optimizer state: '\(name)' has \(got) values, expected \(expected)."
        + " Was the checkpoint written for another configuration?"
    }
  }
}
