public import LinearAlgebra
public import NeuralNets
public import SearchSpaces
import TensorCore

/// Trains the backbone's own weights outside its layers in place.
///
/// h₀ = LN(E_word[token] + E_position[i] + E_type[type]); the pooler is tanh(h W_pᵀ + b_p).
///
/// With `full` in every layer and all parts here it is full fine-tuning; with `bitfit` in every
/// layer, `[norm-shift, pooler-bias]` completes the paper's BitFit. Training anything below the
/// first layer makes backward run through the whole backbone.
/// - Trained = deployed = published: (V + positions + types)·D for the tables, D for the norm's
///   scale and for its shift, D² for the pooler's weight and D for its bias.
///
/// Reference: arXiv 1810.04805 (the embedding); arXiv 2106.10199 (norm shift and pooler bias).
public struct EmbeddingTuning: PEFTMethod {
  /// What can be tuned outside the layers.
  public enum Part: String, CaseIterable, Sendable {
    case tables
    case normScale = "norm-scale"
    case normShift = "norm-shift"
    case poolerWeight = "pooler-weight"
    case poolerBias = "pooler-bias"

    /// Whether one of the host's tensors outside all layers belongs to the part.
    func holds(_ tensor: HostParameter) -> Bool {
      switch self {
      case .tables: tensor.role == .embedding
      case .normScale: tensor.role == .normScale
      case .normShift: tensor.role == .normShift
      case .poolerWeight: tensor.name == "pooler.weight"
      case .poolerBias: tensor.name == "pooler.bias"
      }
    }

    /// The host's name, for a sentence.
    var hostName: String {
      switch self {
      case .tables: "embeddings.word"
      case .normScale: "embeddings-norm.scale"
      case .normShift: "embeddings-norm.shift"
      case .poolerWeight: "pooler.weight"
      case .poolerBias: "pooler.bias"
      }
    }

    func count(_ shape: BackboneShape) -> Int {
      switch self {
      case .tables: (shape.vocabulary + shape.positions + shape.tokenTypes) * shape.width
      case .normScale, .normShift: shape.width
      case .poolerWeight: shape.hasPooler ? shape.width * shape.width : 0
      case .poolerBias: shape.hasPooler ? shape.width : 0
      }
    }
  }

  public static let schema = MethodSchema(
    name: "embeddings",
    summary: "Trains the embedding tables, their norm or the pooler in place.",
    scope: .model,
    parameters: [
      ParameterSchema(
        "parts", .subset(Part.allCases.map(\.rawValue), minimum: 1),
        default: .list([Part.tables, .normScale, .normShift].map(\.rawValue)),
        "What trains; the tables and their norm by default, as the pooler belongs to the head."),
      .learningRate,
    ],
    sizeParameter: nil,
    references: [
      "Devlin et al. 2018, arXiv 1810.04805", "Ben Zaken et al. 2022, arXiv 2106.10199",
    ],
    countFormula: "tables (V + positions + types)·D, norm D + D, pooler D² + D",
    isMergeable: true,
    parameterCounts: counting { (method: EmbeddingTuning, shape) in
      let count = method.parts.reduce(0) { $0 + $1.count(shape) }
      return ParameterCounts(trained: count, deployed: count, published: count)
    },
    claims: claiming { (method: EmbeddingTuning, _) in method.parts.map(\.hostName) })

  public let parts: [Part]
  public let learningRate: Double?
  public let deployed: MethodInstance

  public init(_ instance: MethodInstance) throws(MethodError) {
    let values = try MethodValues(instance, schema: Self.schema)
    parts = values.subset("parts")
    learningRate = values.learningRate
    deployed = values.complete
  }

  public var startsAsIdentity: Bool { true }

  public func attach(
    to host: any AdapterHost, layers: [Int], key: RandomKey
  ) throws(MethodError) -> Attachment {
    var attachment = Attachment()
    let outside = host.parameters(layer: nil)
    for part in parts {
      let chosen = outside.filter(part.holds)
      if chosen.isEmpty {
        throw .hostParameterMissing(method: Self.schema.name, name: part.hostName, layer: nil)
      }
      for tensor in chosen {
        attachment.rewrite(
          tensor, layer: nil, method: Self.schema.name, learningRate: learningRate)
      }
    }
    return attachment
  }
}
