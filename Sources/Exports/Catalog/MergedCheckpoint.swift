import Backbones
import Checkpoints
import Foundation
import NeuralNets
import PEFTMethods
import SearchSpaces
import TensorCore

/// A full checkpoint of the task class with everything folded into the weights.
///
/// The folder loads with `from_pretrained` of transformers and needs no PEFT library: float32
/// safetensors under the class's names, `config.json` with the labels, and the tokenizer's files.
public struct MergedCheckpoint: Exporter {
  public static let name = "merged"
  public static let summary = "A full checkpoint for transformers, adapters folded into it."
  public static let library = "transformers"

  static let tensorFile = "model.safetensors"

  public init() {}

  public func conversion(of subject: ExportSubject) -> String? {
    subject.attached.tensors.isEmpty
      ? nil : "folded into the backbone's weights; the adapter is no longer apart."
  }

  public func refusal(of subject: ExportSubject) -> String? {
    if !subject.attached.isMergeable {
      let schemas = MethodRegistry.schemas.filter { !$0.isMergeable }.map(\.name)
      let names = Set(subject.attached.tensors.map(\.method)).intersection(schemas).sorted()
      return "\(names.map { "'\($0)'" }.joined(separator: ", ")) cannot be folded into weights."
    }
    return TaskModel.head(of: subject) == nil ? TaskModel.headRefusal : nil
  }

  public func write(_ subject: ExportSubject, to directory: String) throws {
    let model = try TaskModel.of(modelType: subject.source.config.modelType)
    guard let head = TaskModel.head(of: subject) else {
      throw ExportError.refused(format: Self.name, reason: TaskModel.headRefusal, others: [])
    }
    let folder = URL(filePath: directory)
    let merged = Dictionary(
      uniqueKeysWithValues: try subject.attached.mergedTensors().map {
        ($0.host.parameter.path, $0.values)
      })
    var tensors = subject.backbone.parameters.filter { !$0.name.hasPrefix("pooler.") }.map {
      NamedTensor(
        name: model.encoderPrefix + $0.parameter.path, shape: $0.parameter.shape.dimensions,
        values: merged[$0.parameter.path] ?? $0.parameter.array)
    }
    tensors += NamedTensor.linear(head.pooler, model.pooler)
    tensors += NamedTensor.linear(head.classifier, model.classifier)
    try SafetensorsWriter.write(
      tensors, metadata: ["format": "pt"], to: folder.appending(path: Self.tensorFile).path)
    try AtomicFile.write(
      Array(try config(subject, model)) + [10], to: folder.appending(path: "config.json").path)
    try writeTokenizer(subject, to: folder)
    try AtomicFile.write(
      ModelCard.text(subject, format: Self.name, loading: loading(model)),
      to: folder.appending(path: "README.md").path)
  }

  /// Copies the tokenizer's files, and says the casing where none of them does.
  private func writeTokenizer(_ subject: ExportSubject, to folder: URL) throws {
    for file in subject.source.tokenizerFiles {
      let source = URL(filePath: file)
      try AtomicFile.write(
        Array(try Data(contentsOf: source)),
        to: folder.appending(path: source.lastPathComponent).path)
    }
    let configuration = folder.appending(path: "tokenizer_config.json").path
    if let lowercases = subject.lowercases, !FileManager.default.fileExists(atPath: configuration) {
      try AtomicFile.write(#"{"do_lower_case": \#(lowercases)}"# + "\n", to: configuration)
    }
  }

  /// The backbone's `config.json` with the task's class and labels.
  private func config(_ subject: ExportSubject, _ model: TaskModel) throws -> Data {
    let file = URL(filePath: subject.source.path).appending(path: "config.json")
    let read = try JSONSerialization.jsonObject(with: Data(contentsOf: file))
    guard var fields = read as? [String: Any] else {
      throw ExportError.damaged(file: file.path, reason: "it is not a JSON object")
    }
    fields["architectures"] = [model.architecture]
    fields["torch_dtype"] = "float32"
    if subject.labels.isEmpty {
      fields["problem_type"] = "regression"
      fields["id2label"] = ["0": "LABEL_0"]
      fields["label2id"] = ["LABEL_0": 0]
    } else {
      fields["problem_type"] = "single_label_classification"
      fields["id2label"] = Dictionary(
        uniqueKeysWithValues: subject.labels.enumerated().map { (String($0), $1) })
      fields["label2id"] = Dictionary(
        subject.labels.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    }
    return try JSONSerialization.data(
      withJSONObject: fields, options: [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes])
  }

  private func loading(_ model: TaskModel) -> String {
    """
    ```python
    from transformers import AutoTokenizer, \(model.architecture)

    tokenizer = AutoTokenizer.from_pretrained("PATH-OF-THIS-FOLDER")
    model = \(model.architecture).from_pretrained("PATH-OF-THIS-FOLDER").eval()
    ```
    """
  }

  public func reload(_ directory: String, like subject: ExportSubject) throws -> ReloadedModel {
    let source = try BackboneDirectory(path: directory)
    let model = try TaskModel.of(modelType: source.config.modelType)
    let backbone = try BackboneRegistry.load(source)
    let head = try source.weights().pooledHead(
      model, prefix: "", backbone: backbone, outputCount: subject.head.outputCount)
    return ReloadedModel(backbone: backbone, head: head)
  }
}
