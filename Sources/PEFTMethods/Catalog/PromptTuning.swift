public import LinearAlgebra
public import NeuralNets
public import SearchSpaces
import TensorCore

/// Trained rows in front of the word embeddings of every sequence.
///
/// X' = [R; E(x)],   R: [P, D]; every row of X' then gets its position (R the first P, the text the
/// following ones), its token type (0 for R), the norm and the dropout of the embeddings, and all
/// layers. A head on the first token reads the first row of R in place of [CLS], as a pooler of
/// transformers does behind PEFT.
///
/// Text and prompt share the positions: texts are cut to what the prompt leaves. AdapterHub's
/// variant, behind the embeddings' norm and without positions, is another model and not this one.
/// A start from the embeddings of the class names is left out, as a method sees no labels; one from
/// a text, as it sees no tokenizer.
/// - Trained = deployed = published: P·D, once for the model.
/// - Never the identity; not mergeable.
///
/// Reference: arXiv 2104.08691, section 2; huggingface/peft src/peft/tuners/prompt_tuning/model.py
/// and src/peft/peft_model.py, PeftModelForSequenceClassification.forward.
public struct PromptTuning: PEFTMethod {
  /// How the rows start.
  public enum Start: String, CaseIterable, Sendable {
    /// Rows of the word table, drawn without repetition.
    case vocabulary
    /// U(−0.5, 0.5).
    case uniform
    /// N(0, 1).
    case normal
  }

  public static let schema = MethodSchema(
    name: "prompt-tuning",
    summary: "Trained rows in front of the word embeddings of every sequence.",
    scope: .model,
    parameters: [
      ParameterSchema(
        "length", .integer(1...4096), default: .integer(20),
        "P, rows in front of each text, whose positions they take; the paper sees little gain "
          + "beyond 20 and takes 100 for its large models."),
      ParameterSchema(
        "initialisation", .choice(Start.allCases.map(\.rawValue)),
        default: .text(Start.vocabulary.rawValue),
        "vocabulary: rows of the word table, drawn without repetition, the better start of small "
          + "models in the paper; uniform: U(−0.5, 0.5), the paper's; normal: N(0, 1), PEFT's."),
      .learningRate,
    ],
    sizeParameter: "length",
    references: [
      "Lester et al. 2021, arXiv 2104.08691", "huggingface/peft: PromptTuningConfig",
    ],
    countFormula: "P·D, once for the model",
    isMergeable: false,
    parameterCounts: counting { (method: PromptTuning, shape) in
      let count = method.length * shape.width
      return ParameterCounts(trained: count, deployed: count, published: count)
    },
    insertedRows: inserting { (method: PromptTuning) in method.length })

  public let length: Int
  public let start: Start
  public let learningRate: Double?
  public let deployed: MethodInstance

  public init(_ instance: MethodInstance) throws(MethodError) {
    let values = try MethodValues(instance, schema: Self.schema)
    length = values.integer("length")
    start = values.choice("initialisation")
    learningRate = values.learningRate
    deployed = values.complete
  }

  public var startsAsIdentity: Bool { false }

  public func attach(
    to host: any AdapterHost, layers: [Int], key: RandomKey
  ) throws(MethodError) -> Attachment {
    let name = Self.schema.name
    try host.requireRoom(rows: length, for: name)
    let tensors = PromptTensors(method: name, key: key)
    let prompt = PromptAdapter(
      source: .rows(try rows(host, tensors)), rowCount: length, origin: .trained,
      path: tensors.path)
    var attachment = Attachment()
    attachment.insert(
      prompt, kind: .added, method: name, host: host, learningRate: learningRate)
    return attachment
  }

  private func rows(
    _ host: any AdapterHost, _ tensors: PromptTensors
  ) throws(MethodError) -> Parameter {
    let (name, shape) = (PromptTensors.rows, Shape(length, host.width))
    switch start {
    case .uniform: return tensors.trained(name, shape, .uniform(bound: 0.5))
    case .normal: return tensors.trained(name, shape, .normal(deviation: 1))
    case .vocabulary:
      let table = try host.parameter("embeddings.word", layer: nil, for: Self.schema.name).parameter
      return tensors.trained(
        name, shape, values: Self.sampled(length, from: table, key: tensors.stream(name)))
    }
  }

  /// So many rows of a table [V, D] in a random order; a longer prompt begins with a shorter one,
  /// and one of more than V rows begins again.
  private static func sampled(_ count: Int, from table: Parameter, key: RandomKey) -> [Float] {
    var random = CounterRandom(key)
    let (rowCount, width) = (table.shape[0], table.shape[1])
    let order = random.shuffled(Array(0..<rowCount))
    return withExtendedLifetime(table) {
      (0..<count).flatMap { index -> [Float] in
        let row = order[index % rowCount]
        return Array(table.values[row * width..<(row + 1) * width])
      }
    }
  }
}
