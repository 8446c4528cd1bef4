public import LinearAlgebra
public import NeuralNets
public import SearchSpaces
import TensorCore

/// Rows in front of every sequence that a small network makes while training.
///
/// R = f(E), E: [P, D] from N(0, 1); then as for `prompt-tuning`: X' = [R; E(x)] before positions,
/// types and norm. f is an MLP, D → H → H → D with ReLU, or two layers of a bidirectional LSTM of
/// width H for each direction with 2H → 2H → D behind them. Afterwards f is folded away and R is
/// kept; with H = 0 the rows are trained themselves.
///
/// The paper puts its rows inside a cloze template and reads a masked word; here, as in PEFT, they
/// stand in front of the text and the head reads the first of them.
/// - Deployed = published: P·D, once for the model.
/// - Trained: the same where H = 0; else P·D + 2·D·H + H² + 2·H + D for the MLP,
///   P·D + 2·(4·H·D + 4·H² + 8·H) + 2·(12·H² + 8·H) + 4·H² + 2·H + 2·H·D + D for the LSTM.
/// - Never the identity; not mergeable.
///
/// Reference: arXiv 2103.10385, section 3; huggingface/peft src/peft/tuners/p_tuning/model.py.
public struct PTuning: PEFTMethod {
  /// The network that makes the rows.
  public enum Encoder: String, CaseIterable, Sendable {
    case mlp
    case lstm
  }

  public static let schema = MethodSchema(
    name: "p-tuning",
    summary: "Rows in front of every sequence, made by an MLP or an LSTM while training.",
    scope: .model,
    parameters: [
      ParameterSchema(
        "length", .integer(1...4096), default: .integer(20),
        "P, rows in front of each text, whose positions they take; 20 as in PEFT's examples."),
      ParameterSchema(
        "encoder", .choice(Encoder.allCases.map(\.rawValue)),
        default: .text(Encoder.mlp.rawValue),
        "What makes the rows while training; mlp is PEFT's default, lstm the paper's."),
      ParameterSchema(
        "encoder-width", .integer(0...8192), default: .integer(128),
        "H, the inner width of the encoder, for each direction of the LSTM; 0 trains the rows "
          + "themselves (with encoder: mlp). 128 as in PEFT's examples."),
      .learningRate,
    ],
    sizeParameter: "length",
    references: [
      "Liu et al. 2021, arXiv 2103.10385", "huggingface/peft: PromptEncoderConfig",
    ],
    countFormula:
      "P·D once for the model, deployed; trained behind the MLP P·D + 2·D·H + H² + 2·H + D, behind "
      + "the LSTM P·D + 2·(4·H·D + 4·H² + 8·H) + 2·(12·H² + 8·H) + 4·H² + 2·H + 2·H·D + D",
    isMergeable: false,
    parameterCounts: counting { (method: PTuning, shape) in
      let folded = method.length * shape.width
      return ParameterCounts(
        trained: folded + method.encoderCount(width: shape.width), deployed: folded,
        published: folded)
    },
    insertedRows: inserting { (method: PTuning) in method.length })

  public let length: Int
  public let encoder: Encoder
  public let encoderWidth: Int
  public let learningRate: Double?
  private let complete: MethodInstance

  public init(_ instance: MethodInstance) throws(MethodError) {
    let values = try MethodValues(instance, schema: Self.schema)
    length = values.integer("length")
    encoder = values.choice("encoder")
    encoderWidth = values.integer("encoder-width")
    learningRate = values.learningRate
    complete = values.complete
    guard encoderWidth > 0 || encoder == .mlp else {
      throw .wrongValue(
        method: Self.schema.name, parameter: "encoder",
        expected: "mlp where encoder-width is 0, as no encoder is left",
        got: "'\(encoder.rawValue)'")
    }
  }

  public var startsAsIdentity: Bool { false }

  /// The same length without an encoder.
  public var deployed: MethodInstance {
    var flat = complete
    flat.parameters["encoder-width"] = .integer(0)
    flat.parameters["encoder"] = .text(Encoder.mlp.rawValue)
    return flat
  }

  public func attach(
    to host: any AdapterHost, layers: [Int], key: RandomKey
  ) throws(MethodError) -> Attachment {
    let name = Self.schema.name
    try host.requireRoom(rows: length, for: name)
    let tensors = PromptTensors(method: name, key: key)
    let prompt = PromptAdapter(
      source: source(width: host.width, tensors), rowCount: length, origin: .encoded,
      path: tensors.path)
    var attachment = Attachment()
    attachment.insert(
      prompt, kind: encoderWidth > 0 ? .reparametrisation : .added, method: name, host: host,
      learningRate: learningRate)
    return attachment
  }

  private func source(width: Int, _ tensors: PromptTensors) -> PromptSource {
    let shape = Shape(length, width)
    guard encoderWidth > 0 else {
      return .rows(tensors.trained(PromptTensors.rows, shape, .normal(deviation: 1)))
    }
    let embedding = tensors.trained("embedding", shape, .normal(deviation: 1))
    switch encoder {
    case .mlp:
      return .encoded(
        embedding: embedding,
        encoder: MLPPromptEncoder(width: width, inner: encoderWidth, tensors: tensors))
    case .lstm:
      return .encoded(
        embedding: embedding,
        encoder: LSTMPromptEncoder(width: width, hidden: encoderWidth, tensors: tensors))
    }
  }

  private func encoderCount(width: Int) -> Int {
    guard encoderWidth > 0 else { return 0 }
    switch encoder {
    case .mlp: return MLPPromptEncoder.count(width: width, inner: encoderWidth)
    case .lstm: return LSTMPromptEncoder.count(width: width, hidden: encoderWidth)
    }
  }
}
