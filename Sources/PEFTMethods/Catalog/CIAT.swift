public import LinearAlgebra
public import NeuralNets
public import SearchSpaces
import TensorCore

/// A bottleneck beside every attention and feed-forward block and one on what enters layer 0 (CIAT).
///
/// y = x + F(z) + A(z),   A(z) = drop(ReLU(z Dᵀ + c_d)) Uᵀ + c_u,   e' = e + A_e(LN_e(e))
///
/// z is what the block F reads: LN(x) where norms come first, x itself where they close the blocks
/// (BERT), so that y = LN(x + F(x) + A(x)) there. e is what enters layer 0, in BERT behind the norm of
/// the embeddings and before their dropout; LN_e is a norm of the adapter's own, ε = 10⁻⁶, trained
/// with it. D: [b, D], U: [D, b]; A_e has its own width b_e.
/// - Trained = deployed: 2·L·(2·D·b + b + D), and (2·D·b_e + b_e + D) + 2·D for the input; published: the
///   same, biases counted.
/// - Not mergeable.
///
/// The paper adapts a shared translation model to each pair of languages, with a decoder beside the
/// encoder, whose attention to the encoder has no bottleneck. As built for encoders here, one
/// instance holds the whole model.
///
/// Reference: arXiv 2104.08154, section 3; Yaoming95/CIAT neurst/layers/common_layers.py,
/// layers/adapters/adapterEmb.py.
public struct CIAT: PEFTMethod {
  public static let schema = MethodSchema(
    name: "ciat",
    summary: "Bottlenecks beside all blocks and one on the embeddings (CIAT).",
    scope: .model,
    parameters: [
      ParameterSchema(
        "bottleneck", .integer(1...8192), default: .integer(384),
        "b of the bottlenecks beside the blocks; the default is the paper's D/2 for BERT-base."),
      ParameterSchema(
        "input-bottleneck", .integer(0...8192), default: .integer(384),
        "b_e of the one on the embeddings, 0 for none; as wide as the others in the paper."),
      BottleneckSettings.activation(default: .relu, "ReLU is that of the paper."),
      BottleneckSettings.initialisation(
        default: .glorot,
        "the authors' code leaves it to Keras, whose start this is, and is not the identity then."),
      .dropout(
        "Share of the inner values set to zero while training; 0 as all dropout here, where the "
          + "paper has the rate of its blocks, 0.1 or 0.3."),
      .learningRate,
    ],
    sizeParameter: "bottleneck",
    references: ["Zhu et al. 2021, arXiv 2104.08154", "Yaoming95/CIAT"],
    countFormula: "2·L·(2·D·b + b + D), and 2·D·b_e + b_e + 3·D where b_e > 0",
    isMergeable: false,
    parameterCounts: counting { (method: CIAT, shape) in
      let blocks = BottleneckSettings.counts(
        method.settings.size, width: shape.width, sites: 2 * shape.layers)
      let input = method.inputSize.map {
        BottleneckSettings.counts($0, width: shape.width, sites: 1).deployed + 2 * shape.width
      }
      let all = blocks.deployed + (input ?? 0)
      return ParameterCounts(trained: all, deployed: all, published: all)
    })

  public let learningRate: Double?
  public let deployed: MethodInstance
  let settings: BottleneckSettings
  /// b_e; nil for none.
  let inputSize: Int?

  public init(_ instance: MethodInstance) throws(MethodError) {
    let values = try MethodValues(instance, schema: Self.schema)
    settings = BottleneckSettings(
      size: values.integer("bottleneck"), activation: values.choice("activation"),
      initialisation: values.choice("init"), dropout: 0, scale: 1,
      innerDropout: Float(values.number("dropout")))
    let size = values.integer("input-bottleneck")
    inputSize = size == 0 ? nil : size
    learningRate = values.learningRate
    deployed = values.complete
  }

  public var startsAsIdentity: Bool { settings.initialisation == .mam }

  public func attach(
    to host: any AdapterHost, layers: [Int], key: RandomKey
  ) throws(MethodError) -> Attachment {
    let name = Self.schema.name
    var attachment = Attachment()
    if let inputSize {
      try host.requireSite(.input, for: name)
      let adapter = NormedBottleneck(
        method: name, width: host.width, settings: settings.resized(inputSize), key: key)
      host.attach(adapter, at: .input)
      attachment.record(adapter, method: name, site: .input, learningRate: learningRate)
    }
    for layer in 0..<host.layerCount {
      for point in [InsertionPoint.attentionBlock, .feedForwardBlock] {
        try attachment.add(
          settings, wiring: .branchInput, method: name,
          site: InsertionSite(layer: layer, point: point), host: host, learningRate: learningRate,
          key: key)
      }
    }
    return attachment
  }
}

/// A bottleneck behind a norm of its own, on what enters layer 0.
private final class NormedBottleneck: InputAdapter {
  private let norm: LayerNorm
  private let inner: BottleneckAdapter

  init(method: String, width: Int, settings: BottleneckSettings, key: RandomKey) {
    let path = tensorName(layer: 0, "\(InsertionPoint.input.rawValue).\(method).norm")
    func vector(_ local: String, _ value: Float) -> Parameter {
      let parameter = Parameter(
        path: "\(path).\(local)", shape: Shape(width),
        values: [Float](repeating: value, count: width))
      parameter.makeTrainable()
      return parameter
    }
    norm = LayerNorm(scale: vector("scale", 1), shift: vector("shift", 0), epsilon: 1e-6)
    inner = BottleneckAdapter.make(
      method: method, site: .input, width: width, settings: settings, wiring: .branchInput, key: key
    )
  }

  var parameters: [Parameter] { [norm.scale, norm.shift] + inner.parameters }
  var canonicalForm: CanonicalForm { .other }

  func delta(_ e: Tensor, tape: Tape) -> Tensor {
    inner.delta(of: norm(e, tape: tape), tape: tape)
  }
}
