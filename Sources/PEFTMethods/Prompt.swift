import LinearAlgebra
import NeuralNets
import SearchSpaces
import TensorCore

/// Where the rows of a prompt come from.
enum PromptSource {
  /// They are the trained tensor, [P, D].
  case rows(Parameter)
  /// An encoder makes them from trained embeddings [P, D].
  case encoded(embedding: Parameter, encoder: any PromptEncoder)
}

/// Makes the rows of a prompt while it is trained and is folded away afterwards.
protocol PromptEncoder {
  /// All its tensors, in a fixed order.
  var parameters: [Parameter] { get }
  /// The rows [P, D] of embeddings [P, D].
  func callAsFunction(_ embedding: Tensor, tape: Tape) -> Tensor
}

/// Trained rows in front of every sequence.
final class PromptAdapter: EmbeddingAdapter, FoldedAdapter {
  let rowCount: Int
  private let source: PromptSource
  private let origin: CanonicalForm.Prompt.Origin
  private let path: String

  /// - Parameter path: what stands before the names of the tensors.
  init(
    source: PromptSource, rowCount: Int, origin: CanonicalForm.Prompt.Origin, path: String
  ) {
    self.source = source
    self.rowCount = rowCount
    self.origin = origin
    self.path = path
  }

  var parameters: [Parameter] {
    switch source {
    case .rows(let rows): [rows]
    case .encoded(let embedding, let encoder): [embedding] + encoder.parameters
    }
  }

  func rows(tape: Tape) -> Tensor? { made(tape: tape) }

  private func made(tape: Tape) -> Tensor {
    switch source {
    case .rows(let rows): tape.parameter(rows)
    case .encoded(let embedding, let encoder):
      encoder(tape.parameter(embedding), tape: tape)
    }
  }

  var canonicalForm: CanonicalForm {
    Tape.evaluate { tape in
      .prompt(
        CanonicalForm.Prompt(
          rows: made(tape: tape).array, length: rowCount, origin: origin))
    }
  }

  func foldedTensors() -> [AdapterTensor] {
    Tape.evaluate { tape in
      let rows = made(tape: tape)
      return [
        AdapterTensor(
          name: "\(path).\(PromptTensors.rows)", shape: rows.shape.dimensions, values: rows.array)
      ]
    }
  }
}

/// Makes the tensors of one method's prompt, called `embeddings.METHOD.LOCAL` in files.
struct PromptTensors {
  /// The local name of the rows themselves.
  static let rows = "rows"

  let method: String
  let key: RandomKey

  var path: String { "embeddings.\(method)" }

  func trained(_ local: String, _ shape: Shape, _ start: Initialisation) -> Parameter {
    Parameter.trained("\(path).\(local)", shape: shape, start, key: stream(local))
  }

  func trained(_ local: String, _ shape: Shape, values: [Float]) -> Parameter {
    let parameter = Parameter(path: "\(path).\(local)", shape: shape, values: values)
    parameter.makeTrainable()
    return parameter
  }

  /// The stream that the initial values of a tensor are drawn from.
  func stream(_ local: String) -> RandomKey { key.derived("\(path).\(local)") }
}

extension AdapterHost {
  /// Refuses positions in front of the text that leave it too few.
  func requireRoom(rows: Int, for method: String) throws(MethodError) {
    let site = InsertionSite.embeddings
    try requireSite(site, for: method)
    let longest = maximumLength - BackboneShape.shortestText
    guard rows <= longest else {
      throw .noRoomForText(
        method: method, rows: rows, positions: maximumLength, longest: longest)
    }
  }
}

extension AdapterHost {
  /// Refuses an exclusive site that another method has.
  func requireFree(_ site: InsertionSite, for method: String) throws(MethodError) {
    try requireSite(site, for: method)
    guard !isTaken(site) else { throw .siteTaken(method: method, site: site) }
  }
}

extension Attachment {
  /// Attaches a prompt and records its tensors.
  mutating func insert(
    _ prompt: PromptAdapter, kind: AttachedTensor.Kind, method: String, host: any AdapterHost,
    learningRate: Double?
  ) {
    let site = InsertionSite.embeddings
    host.attach(prompt, at: site)
    adapters.append(PlacedAdapter(method: method, site: site, adapter: prompt))
    record(prompt.parameters, kind: kind, method: method, learningRate: learningRate)
  }
}
