public import LinearAlgebra
public import NeuralNets
public import SearchSpaces
import TensorCore

/// Several short prompts, of which a router picks one for every text.
///
/// g = x̄ Wᵀ [k],   p = softmax(g),   i* = argmax p,   X' = [p_{i*} P_{i*}; E(x)]
///
/// x̄ [D] is the mean of the text's word embeddings, W: [k, D], P_i: [m, D]. While training, g is
/// g ⊙ (1 + ε), ε ~ N(0, 1) for every text and prompt, held constant; evaluation has no noise. The
/// factor p_{i*}, near 1/k in the beginning, is what trains the router. Rows stand where those of
/// `prompt-tuning` do: before position and type, in front of [CLS].
///
/// W starts with orthonormal rows (in blocks of D, where there are more), prompts in N(0, 1) as in the
/// authors' code. Its mixtures of more than one prompt and its ablations are left out.
/// - Trained = deployed = published: k·m·D + k·D, once for the model.
/// - Never the identity; not mergeable, as the choice depends on the text.
///
/// Reference: Choi et al., EMNLP 2023 (2023.emnlp-main.884), section 3; jyjohnchoi/SMoP
/// peft_models/tuners/prompt_routing.py.
public struct SMoP: PEFTMethod {
  public static let schema = MethodSchema(
    name: "smop",
    summary: "Short prompts, one of which a router picks for every text (SMoP).",
    scope: .model,
    parameters: [
      ParameterSchema(
        "length", .integer(1...4096), default: .integer(5),
        "m, rows of a prompt in front of each text, whose positions they take; 5 in the paper."),
      ParameterSchema(
        "prompts", .integer(2...64), default: .integer(4),
        "k, prompts that the router picks from; 4 in the paper."),
      .learningRate,
    ],
    sizeParameter: "length",
    references: ["Choi et al. 2023, EMNLP, 2023.emnlp-main.884", "jyjohnchoi/SMoP"],
    countFormula: "k·m·D + k·D, once for the model",
    isMergeable: false,
    parameterCounts: counting { (method: SMoP, shape) in
      let count = method.prompts * (method.length + 1) * shape.width
      return ParameterCounts(trained: count, deployed: count, published: count)
    },
    insertedRows: inserting { (method: SMoP) in method.length })

  public let length: Int
  public let prompts: Int
  public let learningRate: Double?
  public let deployed: MethodInstance

  public init(_ instance: MethodInstance) throws(MethodError) {
    let values = try MethodValues(instance, schema: Self.schema)
    length = values.integer("length")
    prompts = values.integer("prompts")
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
    let router = Self.orthonormalRows(prompts, host.width, key: tensors.stream("router"))
    let adapter = RoutedPrompts(
      prompts: tensors.trained(
        "prompts", Shape(prompts * length, host.width), .normal(deviation: 1)),
      router: tensors.trained("router", Shape(prompts, host.width), values: router),
      length: length)
    host.attach(adapter, at: .embeddings)
    var attachment = Attachment()
    attachment.record(adapter, method: name, site: .embeddings, learningRate: learningRate)
    return attachment
  }

  /// Normal rows made orthonormal within each block of as many rows as there are columns (Gram and
  /// Schmidt).
  private static func orthonormalRows(_ rows: Int, _ columns: Int, key: RandomKey) -> [Float] {
    var random = CounterRandom(key)
    var matrix: [[Double]] = []
    for row in 0..<rows {
      var vector = (0..<columns).map { _ in random.normal() }
      for earlier in matrix[(row / columns * columns)...] {
        let share = zip(vector, earlier).reduce(0) { $0 + $1.0 * $1.1 }
        for column in vector.indices { vector[column] -= share * earlier[column] }
      }
      let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
      matrix.append(vector.map { $0 / length })
    }
    return matrix.joined().map { Float($0) }
  }
}

/// A router and its prompts, one under the other.
private final class RoutedPrompts: RoutedEmbeddingAdapter {
  /// [k·m, D].
  private let prompts: Parameter
  /// W [k, D].
  private let router: Parameter
  /// m.
  let rowCount: Int

  init(prompts: Parameter, router: Parameter, length: Int) {
    self.prompts = prompts
    self.router = router
    rowCount = length
  }

  var parameters: [Parameter] { [prompts, router] }
  var canonicalForm: CanonicalForm { .other }

  func ownRows(_ words: Tensor, tape: Tape) -> Tensor {
    let scores = noisy(tape.linear(words, weight: tape.parameter(router)), tape: tape)
    let shares = tape.softmaxRows(scores)
    let (texts, count) = (shares.rows, shares.columns)
    var chosen: [Int32] = []
    var rows: [Int32] = []
    for text in 0..<texts {
      let own = shares.values[text * count..<(text + 1) * count]
      let best = own.indices.reduce(own.startIndex) { own[$1] > own[$0] ? $1 : $0 }
      for row in 0..<rowCount {
        chosen.append(Int32(best))
        rows.append(Int32((best - own.startIndex) * rowCount + row))
      }
    }
    let factors = tape.gatherRows(tape.reshape(shares, Shape(texts * count, 1)), rows: chosen)
    return tape.scaleRows(tape.gatherRows(tape.parameter(prompts), rows: rows), by: factors)
  }

  /// g ⊙ (1 + ε) while training.
  private func noisy(_ scores: Tensor, tape: Tape) -> Tensor {
    guard let noise = tape.noise else { return scores }
    var random = CounterRandom(noise.derived("smop-router"))
    let factors = (0..<scores.count).map { _ in Float(1 + random.normal()) }
    return tape.multiply(scores, tape.constant(factors, shape: scores.shape))
  }
}
