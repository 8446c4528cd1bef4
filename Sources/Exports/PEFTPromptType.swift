import Checkpoints
import NeuralNets
import PEFTMethods
import TensorCore

/// What was attached, at its site.
struct PEFTPlacedForm {
  let site: InsertionSite
  let form: CanonicalForm
}

/// A `peft_type` of PEFT that keeps everything it trains in the one tensor `prompt_embeddings`.
///
/// Such a type adapts no module: PEFT wraps the task class itself, so that the head's tensors stand
/// right behind `base_model.`.
protocol PEFTPromptType: Sendable {
  /// `peft_type`.
  static var name: String { get }
  /// Whether the type can hold a form of this kind.
  static func holds(_ form: CanonicalForm) -> Bool
  /// Why these forms do not make one adapter of the type; nil where they do.
  static func refusal(_ forms: [PEFTPlacedForm], backbone: any Backbone) -> String?
  /// The type's own fields of `adapter_config.json`.
  static var config: [String: ConfigValue] { get }
  /// `prompt_embeddings` [P, …], row-major.
  static func embeddings(_ forms: [PEFTPlacedForm]) -> (rows: Int, values: [Float])
  /// What whoever loads the adapter should know; empty for nothing.
  static var note: String { get }
  /// Attaches what was read to a plain backbone by PEFT's rule.
  static func attach(_ embeddings: [Float], rows: Int, to backbone: any Backbone)
}

extension PEFTPromptType {
  static var note: String { "" }

  /// The name of the tensor.
  static var tensorName: String { "prompt_embeddings" }

  /// All fields that say what the type holds and how large the backbone is.
  static func fields(
    _ forms: [PEFTPlacedForm], backbone: any Backbone
  ) -> [String: ConfigValue] {
    config.merging([
      "num_virtual_tokens": .integer(embeddings(forms).rows),
      "token_dim": .integer(backbone.width), "num_transformer_submodules": .integer(1),
      "num_attention_heads": .integer(backbone.headCount),
      "num_layers": .integer(backbone.layerCount),
    ]) { own, _ in own }
  }

  static func tensor(_ forms: [PEFTPlacedForm]) -> NamedTensor {
    let (rows, values) = embeddings(forms)
    return NamedTensor(name: tensorName, shape: [rows, values.count / rows], values: values)
  }

  /// Reads the tensor of a written adapter onto a plain backbone.
  static func attach(_ reader: WeightReader, to backbone: any Backbone) throws {
    let tensor = try reader.tensor(tensorName)
    guard let rows = tensor.shape.first, tensor.shape.count == 2 else {
      throw ExportError.damaged(
        file: reader.path, reason: "\(tensorName) is no matrix but has shape \(tensor.shape)")
    }
    let values = withExtendedLifetime(tensor.owner) { Array(tensor.values) }
    attach(values, rows: rows, to: backbone)
  }
}

/// A type whose tensor are rows in front of the word embeddings.
protocol PEFTInsertedRows: PEFTPromptType {
  /// How the rows that it holds were trained.
  static var origin: CanonicalForm.Prompt.Origin { get }
}

extension PEFTInsertedRows {
  static func holds(_ form: CanonicalForm) -> Bool {
    guard case .prompt(let prompt) = form else { return false }
    return prompt.origin == origin
  }

  /// A configuration holds one instance of a method, hence one prompt of an origin.
  static func refusal(_ forms: [PEFTPlacedForm], backbone: any Backbone) -> String? { nil }

  static func embeddings(_ forms: [PEFTPlacedForm]) -> (rows: Int, values: [Float]) {
    guard case .prompt(let prompt) = forms[0].form else {
      preconditionFailure("\(name) holds prompts only")
    }
    return (prompt.length, prompt.rows)
  }

  static func attach(_ embeddings: [Float], rows: Int, to backbone: any Backbone) {
    backbone.attach(
      ReadRows(
        Parameter(
          path: tensorName, shape: Shape(rows, embeddings.count / rows), values: embeddings)),
      at: .embeddings)
  }
}

/// Rows in front of every sequence as they stand in a file.
private final class ReadRows: EmbeddingAdapter {
  private let values: Parameter

  init(_ values: Parameter) {
    self.values = values
  }

  var parameters: [Parameter] { [] }
  var canonicalForm: CanonicalForm { .other }
  var rowCount: Int { values.shape[0] }

  func rows(tape: Tape) -> Tensor? { tape.parameter(values) }
}
