public import LinearAlgebra
public import NeuralNets
public import SearchSpaces
import TensorCore

/// A low-rank update with a gate on every rank that proximal steps set exactly to zero.
///
/// y = x Wᵀ + c + s · ((drop(x) Aᵀ) ⊙ g) Bᵀ,   A: [R, in], g: [R], B: [out, R], s = α/R
///
/// After each optimizer step every gate takes a proximal step of threshold ξ towards zero, so each
/// map finds its own rank; a gate at zero still gets a gradient and may open again. g starts at
/// N(0, 1) and B at zero: an attached map equals the frozen one.
/// - Trained = deployed: R · (in + out + 1) for each target; published: R · (in + out). The realised
///   ranks are known after training.
/// - Merge: W + s · B (g ⊙ A), exact up to rounding.
///
/// Reference: arXiv 2311.11696, section 3; TsinghuaC3I/SoRA src/{lora,sparse_optimizer}.py.
public struct SoRA: PEFTMethod {
  /// What a proximal step does to a gate.
  public enum Step: String, CaseIterable, Sendable {
    /// sign(g) · max(|g| − ξ, 0).
    case soft
    /// The same, and 0 for everything that is left below ξ.
    case hard
  }

  public static let schema = MethodSchema(
    name: "sora",
    summary: "A low-rank update with gates that proximal steps close (SoRA).",
    scope: .layer,
    parameters: [
      ParameterSchema(
        "targets", .subset(LinearTarget.allCases.map(\.rawValue), minimum: 1),
        default: .list(LinearTarget.allCases.map(\.rawValue)),
        "The adapted maps; all of them as in the paper."),
      ParameterSchema(
        "rank", .integer(1...8192), default: .integer(8),
        "R, the largest rank of a map; 8 in the paper's GLUE runs."),
      ParameterSchema(
        "alpha-ratio", .number(0.01...128), default: .number(2),
        "α/R, the factor s of the update; 2 as in the paper's runs (α = 16, R = 8)."),
      .dropout("Share of the update's input set to zero while training; 0 by default."),
      ParameterSchema(
        "threshold", .number(0...1), default: .number(3e-4),
        "ξ, how far a proximal step moves a gate to zero; 3·10⁻⁴ in the official runs. Its ratio to "
          + "the step size decides the sparsity."),
      ParameterSchema(
        "step", .choice(Step.allCases.map(\.rawValue)), default: .text(Step.soft.rawValue),
        "The proximal step: 'soft', the paper's soft threshold, or 'hard', the official code's, "
          + "which also closes what is left below ξ."),
      ParameterSchema(
        "l1", .number(0...100), default: .number(0),
        "The weight of the mean |g| in the loss; 0 by default, as the proximal step is the paper's "
          + "sparsity term. The official scripts add one of up to 10."),
      .learningRate,
    ],
    sizeParameter: "rank",
    references: ["Ding et al. 2023, arXiv 2311.11696", "TsinghuaC3I/SoRA"],
    countFormula: "R·(in + out + 1) for each target; published R·(in + out)",
    isMergeable: true,
    parameterCounts: counting { (method: SoRA, shape) in
      let widths = method.targets.reduce(0) { $0 + $1.widths(shape) }
      let whole = method.rank * (widths + method.targets.count)
      return ParameterCounts(trained: whole, deployed: whole, published: method.rank * widths)
    })

  public let targets: [LinearTarget]
  public let rank: Int
  /// s = α / R.
  public let scale: Double
  public let dropout: Double
  public let learningRate: Double?
  public let deployed: MethodInstance
  private let threshold: Double
  private let step: Step
  private let l1: Double

  public init(_ instance: MethodInstance) throws(MethodError) {
    let values = try MethodValues(instance, schema: Self.schema)
    targets = values.subset("targets")
    rank = values.integer("rank")
    scale = values.number("alpha-ratio")
    dropout = values.number("dropout")
    threshold = values.number("threshold")
    step = values.choice("step")
    l1 = values.number("l1")
    learningRate = values.learningRate
    deployed = values.complete
  }

  public var startsAsIdentity: Bool { true }

  public func attach(
    to host: any AdapterHost, layers: [Int], key: RandomKey
  ) throws(MethodError) -> Attachment {
    var attachment = Attachment()
    var gates: [Parameter] = []
    try attachment.adaptMaps(
      targets, layers: layers, method: Self.schema.name, host: host, learningRate: learningRate,
      key: key
    ) { linear, tensors in
      let source = SingularTriplets(
        a: tensors.trained(
          "sora_A", Shape(rank, linear.inputWidth), .kaiming(fanIn: linear.inputWidth)),
        gate: tensors.trained("sora_gate", Shape(rank), .normal(deviation: 1)),
        b: tensors.trained("sora_B", Shape(linear.outputWidth, rank), .zeros),
        scale: Float(scale))
      gates.append(source.gate)
      return LowRankAdapter(source, dropout: Float(dropout), label: tensors.name("sora"))
    }
    attachment.hooks.append(
      GateThreshold(gates, threshold: Float(threshold), step: step, l1: Float(l1)))
    return attachment
  }
}

/// The proximal step of all gates after each optimizer step, and their L1 penalty.
private final class GateThreshold: TrainingHook {
  private let gates: [Parameter]
  private let threshold: Float
  private let step: SoRA.Step
  private let l1: Float

  init(_ gates: [Parameter], threshold: Float, step: SoRA.Step, l1: Float) {
    self.gates = gates
    self.threshold = threshold
    self.step = step
    self.l1 = l1
  }

  /// λ · mean |g| over the gates of all maps.
  func penalty(_ step: TrainingStep, tape: Tape) -> Tensor? {
    guard l1 > 0 else { return nil }
    let all = tape.concatenateColumns(
      gates.map { tape.reshape(tape.parameter($0), Shape(1, $0.count)) })
    return tape.scaled(tape.meanAbsolute(all), by: l1)
  }

  func afterStep(_ step: TrainingStep) {
    guard threshold > 0 else { return }
    for gate in gates { gate.assign(gate.array.map(proximal)) }
  }

  private func proximal(_ value: Float) -> Float {
    let left = max(abs(value) - threshold, 0)
    if step == .hard, left < threshold { return 0 }
    return value < 0 ? -left : left
  }
}
