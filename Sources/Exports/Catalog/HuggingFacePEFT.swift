import Backbones
import Checkpoints
import Foundation
import NeuralNets
import PEFTMethods
import TensorCore

/// A LoRA adapter that `PeftModel.from_pretrained` of Hugging Face PEFT loads.
///
/// Modules are named by anchored full paths with their own rank and alpha, so that ranks and
/// targets may differ from layer to layer; the trained head travels in `modules_to_save`.
/// Scale of a module = its alpha / its rank.
///
/// Reference: huggingface/peft src/peft/utils/save_and_load.py, src/peft/tuners/lora/model.py.
public struct HuggingFacePEFT: Exporter {
  public static let name = "hf-peft"
  public static let summary = "A LoRA adapter for Hugging Face PEFT, ranks and targets by layer."

  static let configFile = "adapter_config.json"
  static let tensorFile = "adapter_model.safetensors"
  /// What PEFT puts before every module of the model that it wraps.
  static let wrapper = "base_model.model."

  public init() {}

  public func refusal(of subject: ExportSubject) -> String? {
    let foreign = Set(subject.attached.tensors.map(\.method)).subtracting(["lora"]).sorted()
    if !foreign.isEmpty {
      return "one PEFT adapter holds one method, LoRA here, and the configuration also has "
        + foreign.map { "'\($0)'" }.joined(separator: ", ") + "."
    }
    if subject.attached.adapters.isEmpty {
      return "nothing is adapted (head only), and PEFT loads no adapter without a target."
    }
    return TaskModel.head(of: subject) == nil ? TaskModel.headRefusal : nil
  }

  /// One adapted module.
  private struct Module {
    let path: String
    let pair: CanonicalForm.LowRankPair

    var rank: Int { pair.rank }
    var alpha: Double { Double(pair.scale) * Double(rank) }
  }

  private func modules(_ subject: ExportSubject, _ model: TaskModel) -> [Module] {
    subject.attached.canonicalForms.compactMap { site, _, form in
      guard case .lowRank(let pair) = form,
        let linear = subject.backbone.linear(at: site)
      else { return nil }
      let path = model.encoderPrefix + linear.weight.path.dropLast(".weight".count)
      return Module(path: path, pair: pair)
    }
  }

  public func write(_ subject: ExportSubject, to directory: String) throws {
    let model = try TaskModel.of(modelType: subject.source.config.modelType)
    guard let head = TaskModel.head(of: subject) else {
      throw ExportError.refused(format: Self.name, reason: TaskModel.headRefusal, others: [])
    }
    let modules = modules(subject, model)
    let folder = URL(filePath: directory)
    let config = config(subject, modules: modules, model: model, head: head)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try AtomicFile.write(
      Array(try encoder.encode(config)) + [10], to: folder.appending(path: Self.configFile).path)
    try SafetensorsWriter.write(
      tensors(modules, model: model, head: head), metadata: ["format": "pt"],
      to: folder.appending(path: Self.tensorFile).path)
    try AtomicFile.write(
      ModelCard.text(subject, format: Self.name, loading: loading(subject, model)),
      to: folder.appending(path: "README.md").path)
  }

  private func config(
    _ subject: ExportSubject, modules: [Module], model: TaskModel, head: TaskModel.Head
  ) -> AdapterConfig {
    // The commonest rank stands for all; only the others need patterns.
    let counts = Dictionary(grouping: modules, by: \.rank).mapValues(\.count)
    let common = counts.max { ($0.value, -$0.key) < ($1.value, -$1.key) }?.key ?? 1
    let alpha = modules.first { $0.rank == common }?.alpha ?? Double(common)
    var config = AdapterConfig(
      baseModel: subject.baseModelName, rank: common, alpha: alpha, targets: modules.map(\.path),
      saved: [model.classifier] + (head.isPoolerTrained ? [model.pooler] : []))
    for module in modules where module.rank != common {
      config.rankPattern["^\(module.path)"] = module.rank
    }
    for module in modules where module.alpha != alpha {
      config.alphaPattern["^\(module.path)"] = module.alpha
    }
    return config
  }

  private func tensors(
    _ modules: [Module], model: TaskModel, head: TaskModel.Head
  ) -> [NamedTensor] {
    var tensors = modules.flatMap { module in
      let pair = module.pair
      return [
        NamedTensor(
          name: "\(Self.wrapper)\(module.path).lora_A.weight",
          shape: [pair.rank, pair.inputWidth], values: pair.a),
        NamedTensor(
          name: "\(Self.wrapper)\(module.path).lora_B.weight",
          shape: [pair.outputWidth, pair.rank], values: pair.b),
      ]
    }
    tensors += NamedTensor.linear(head.classifier, Self.wrapper + model.classifier)
    if head.isPoolerTrained {
      tensors += NamedTensor.linear(head.pooler, Self.wrapper + model.pooler)
    }
    return tensors
  }

  private func loading(_ subject: ExportSubject, _ model: TaskModel) -> String {
    """
    ```python
    from transformers import \(model.architecture)
    from peft import PeftModel

    base = \(model.architecture).from_pretrained("\(subject.baseModelName)", num_labels=\(subject.head.outputCount))
    model = PeftModel.from_pretrained(base, "PATH-OF-THIS-FOLDER").eval()
    ```
    """
  }

  public func reload(_ directory: String, like subject: ExportSubject) throws -> ReloadedModel {
    let folder = URL(filePath: directory)
    let model = try TaskModel.of(modelType: subject.source.config.modelType)
    let file = folder.appending(path: Self.configFile)
    let config = try JSONDecoder().decode(AdapterConfig.self, from: Data(contentsOf: file))
    let reader = try WeightReader(file: folder.appending(path: Self.tensorFile).path)
    let backbone = try BackboneRegistry.load(subject.source)
    for layer in 0..<backbone.layerCount {
      for point in backbone.insertionPoints(layer: layer) {
        guard let linear = backbone.linear(at: InsertionSite(layer: layer, point: point)) else {
          continue
        }
        let path = model.encoderPrefix + linear.weight.path.dropLast(".weight".count)
        guard config.targets.contains(path) else { continue }
        let rank = config.rankPattern["^\(path)"] ?? config.rank
        let alpha = config.alphaPattern["^\(path)"] ?? config.alpha
        let module = reader.scoped("\(Self.wrapper)\(path)")
        linear.weight.add(
          scale: Float(alpha / Double(rank)),
          b: try module.tensor("lora_B.weight", shape: [linear.outputWidth, rank]),
          a: try module.tensor("lora_A.weight", shape: [rank, linear.inputWidth]))
      }
    }
    let head = try reader.pooledHead(
      model, prefix: Self.wrapper, backbone: backbone, outputCount: subject.head.outputCount)
    try reader.checkAllUsed()
    return ReloadedModel(backbone: backbone, head: head)
  }
}
