public import LinearAlgebra
public import NeuralNets
public import SearchSpaces
import TensorCore

/// Trained vectors that rescale keys, values and inner activations.
///
/// K' = l_k ⊙ K, V' = l_v ⊙ V (bias included), FFN' = (l_f ⊙ σ(x W₁ᵀ + b₁)) W₂ᵀ + b₂
///
/// All vectors start at one: an attached layer equals the frozen one. The libraries differ in what
/// they rescale, which `targets` says: the paper and PEFT with exact module names `[key, value,
/// ffn-out]`; PEFT's defaults for BERT also match the attention's output map, `[key, value, output,
/// ffn-out]`; AdapterHub rescales before the activation, `[key, value, ffn-in]`.
/// - Trained = deployed = published: D for key, value and output, F for ffn-in and ffn-out.
/// - Merge: rows of W and of b for outputs, columns of W for inputs, exact up to rounding.
///
/// Reference: arXiv 2205.05638, section 3.3; huggingface/peft src/peft/tuners/ia3/layer.py;
/// adapter-hub/adapters `IA3Config`.
public struct IA3: PEFTMethod {
  /// What can be rescaled.
  public enum Target: String, CaseIterable, Sendable {
    /// The output of the key map.
    case key
    /// The output of the value map.
    case value
    /// The input of the attention's output map.
    case output
    /// The output of the first feed-forward map, before the activation.
    case feedForwardIn = "ffn-in"
    /// The input of the second feed-forward map, after the activation.
    case feedForwardOut = "ffn-out"

    public var point: InsertionPoint {
      switch self {
      case .key: .key
      case .value: .value
      case .output: .attentionOutput
      case .feedForwardIn: .feedForwardIn
      case .feedForwardOut: .feedForwardOut
      }
    }

    /// Whether columns of the map are rescaled, not rows.
    public var rescalesInput: Bool { self == .output || self == .feedForwardOut }

    func count(_ shape: BackboneShape) -> Int {
      switch self {
      case .key, .value, .output: shape.width
      case .feedForwardIn, .feedForwardOut: shape.feedForward
      }
    }
  }

  public static let schema = MethodSchema(
    name: "ia3",
    summary: "Trained vectors that rescale keys, values and inner activations ((IA)³).",
    scope: .layer,
    parameters: [
      ParameterSchema(
        "targets", .subset(Target.allCases.map(\.rawValue), minimum: 1),
        default: .list([Target.key, .value, .feedForwardOut].map(\.rawValue)),
        "What is rescaled; the paper's three vectors by default. PEFT's defaults for BERT add "
          + "'output', AdapterHub has 'ffn-in' for 'ffn-out'."),
      .learningRate,
    ],
    sizeParameter: nil,
    references: [
      "Liu et al. 2022, arXiv 2205.05638", "huggingface/peft: IA3Config",
      "adapter-hub/adapters: IA3Config",
    ],
    countFormula: "D for each of key, value, output; F for each of ffn-in, ffn-out",
    isMergeable: true,
    parameterCounts: counting { (method: IA3, shape) in
      let count = method.targets.reduce(0) { $0 + $1.count(shape) }
      return ParameterCounts(trained: count, deployed: count, published: count)
    })

  public let targets: [Target]
  public let learningRate: Double?
  public let deployed: MethodInstance

  public init(_ instance: MethodInstance) throws(MethodError) {
    let values = try MethodValues(instance, schema: Self.schema)
    targets = values.subset("targets")
    learningRate = values.learningRate
    deployed = values.complete
  }

  public var startsAsIdentity: Bool { true }

  public func attach(
    to host: any AdapterHost, layers: [Int], key: RandomKey
  ) throws(MethodError) -> Attachment {
    var attachment = Attachment()
    for layer in layers {
      for target in targets {
        let site = InsertionSite(layer: layer, point: target.point)
        let linear = try host.requireLinear(site, for: Self.schema.name)
        let count = target.rescalesInput ? linear.inputWidth : linear.outputWidth
        let tensors = SiteTensors(site, key: key)
        let factors = tensors.trained(
          "ia3_l", Shape(count), values: [Float](repeating: 1, count: count))
        let adapter: any LinearAdapter =
          target.rescalesInput
          ? DeltaAdapter(
            InputScaleUpdate(factors: factors), linear: linear, label: tensors.name("ia3"))
          : OutputScaleAdapter(factors)
        host.attach(adapter, at: site)
        attachment.record(
          adapter, method: Self.schema.name, site: site, learningRate: learningRate)
      }
    }
    return attachment
  }
}

/// y ⊙ l, l: [out].
private final class OutputScaleAdapter: FoldableAdapter {
  private let factors: Parameter

  init(_ factors: Parameter) { self.factors = factors }

  var parameters: [Parameter] { [factors] }

  var isAffine: Bool { true }

  var canonicalForm: CanonicalForm { .outputScale(factors.array) }

  func adapted(_ y: Tensor, input x: Tensor, tape: Tape) -> Tensor {
    tape.multiplyRows(y, by: tape.parameter(factors))
  }

  func fold(into map: inout FoldedMap) {
    for (row, factor) in factors.array.enumerated() {
      for index in row * map.inputWidth..<(row + 1) * map.inputWidth {
        map.weight[index] *= factor
      }
      map.bias?[row] *= factor
    }
  }
}

/// Δ = W ⊙ l − W, column by column, which rescales the map's input; l: [in].
private struct InputScaleUpdate: WeightUpdate {
  let factors: Parameter

  var parameters: [Parameter] { [factors] }

  func delta(of weight: Tensor, tape: Tape) -> Tensor {
    tape.subtract(tape.multiplyRows(weight, by: tape.parameter(factors)), weight)
  }

  func canonicalForm(of linear: Linear) -> CanonicalForm { .inputScale(factors.array) }
}
