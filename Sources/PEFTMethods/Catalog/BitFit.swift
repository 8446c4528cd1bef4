public import LinearAlgebra
public import NeuralNets
public import SearchSpaces
import TensorCore

/// Trains bias vectors of the backbone in place.
///
/// y = x Wᵀ + b for the linear maps, y = γ ⊙ x̂ + β for the layer norms: b and β train, W and γ
/// do not.
///
/// The key bias has no term of its own: it adds the same number q·b to all logits of a query, so
/// the softmax, and the gradient with it, does not see it (Adam would turn the rounding noise into
/// steps of full size). Beside a prefix the prefix keys can absorb it exactly. It is counted and
/// stored where every bias is chosen, as the paper counts it, and never trained.
/// - Trained: F for the inner feed-forward bias and D for each other term; 6·D + F for all.
/// - Deployed = published: the trained ones, and D for the key bias where all terms are chosen.
///
/// Embedding norm and pooler lie outside the layers: `embeddings: {parts: [norm-shift,
/// pooler-bias]}` adds them, which makes the paper's whole BitFit.
///
/// Reference: arXiv 2106.10199, section 3; benzakenelad/BitFit glue_evaluator.py.
public struct BitFit: PEFTMethod {
  /// The bias vectors that can be chosen.
  public enum Term: String, CaseIterable, Sendable {
    case query
    case value
    case output
    case feedForwardIn = "ffn-in"
    case feedForwardOut = "ffn-out"
    case attentionNorm = "attention-norm"
    case feedForwardNorm = "ffn-norm"

    /// The host's name of the vector.
    var hostName: String {
      switch self {
      case .query: "query.bias"
      case .value: "value.bias"
      case .output: "attention-output.bias"
      case .feedForwardIn: "feed-forward-in.bias"
      case .feedForwardOut: "feed-forward-out.bias"
      case .attentionNorm: "attention-norm.shift"
      case .feedForwardNorm: "feed-forward-norm.shift"
      }
    }
  }

  static let keyBias = "key.bias"

  public static let schema = MethodSchema(
    name: "bitfit",
    summary: "Trains bias vectors in place, shifts of the layer norms included.",
    scope: .layer,
    parameters: [
      ParameterSchema(
        "terms", .subset(Term.allCases.map(\.rawValue), minimum: 1),
        default: .list(Term.allCases.map(\.rawValue)),
        "The biases that train; all by default, as in the paper ('query' with 'ffn-in' is its "
          + "partial BitFit)."),
      .learningRate,
    ],
    sizeParameter: nil,
    references: ["Ben Zaken et al. 2022, arXiv 2106.10199", "benzakenelad/BitFit"],
    countFormula:
      "F for ffn-in and D for each other term; all terms: 6·D + F trained, 7·D + F deployed "
      + "(the key bias is counted and not trained)",
    isMergeable: true,
    parameterCounts: counting { (method: BitFit, shape) in
      let trained = method.terms.reduce(0) {
        $0 + ($1 == .feedForwardIn ? shape.feedForward : shape.width)
      }
      let deployed = trained + (method.isWhole ? shape.width : 0)
      return ParameterCounts(trained: trained, deployed: deployed, published: deployed)
    },
    claims: claiming { (method: BitFit, _) in
      method.terms.map(\.hostName) + (method.isWhole ? [keyBias] : [])
    })

  public let terms: [Term]
  public let learningRate: Double?
  public let deployed: MethodInstance

  public init(_ instance: MethodInstance) throws(MethodError) {
    let values = try MethodValues(instance, schema: Self.schema)
    terms = values.subset("terms")
    learningRate = values.learningRate
    deployed = values.complete
  }

  public var startsAsIdentity: Bool { true }

  /// Whether every bias of the layer is meant, so that the key bias is stored too.
  var isWhole: Bool { terms.count == Term.allCases.count }

  public func attach(
    to host: any AdapterHost, layers: [Int], key: RandomKey
  ) throws(MethodError) -> Attachment {
    var attachment = Attachment()
    for layer in layers {
      for term in terms {
        let vector = try host.parameter(term.hostName, layer: layer, for: Self.schema.name)
        attachment.rewrite(
          vector, layer: layer, method: Self.schema.name, learningRate: learningRate)
      }
      if isWhole {
        let vector = try host.parameter(Self.keyBias, layer: layer, for: Self.schema.name)
        attachment.rewrite(
          vector, layer: layer, method: Self.schema.name, learningRate: learningRate,
          isTrained: false)
      }
    }
    return attachment
  }
}
