import Backbones
import Checkpoints
import Foundation
import NeuralNets
import PEFTMethods

/// An adapter that `load_adapter` of AdapterHub's `adapters` loads, with its prediction head.
///
/// The configuration follows from the canonical forms (`AdapterHubMethods`): bottlenecks (Pfeiffer,
/// Houlsby, parallel), Compacter, LoRA and what amounts to it (PiSSA, AdaLoRA, SoRA, DyLoRA), (IA)³,
/// prefixes and UniPELT with its gates, alone or together as a union; layers without a method are left out. Weights are
/// files of `torch.save`, because the library opens `safetensors` only where it is asked to. The
/// version is written, since without one the library reads other activations and, before 1.1.0,
/// another scale of LoRA.
///
/// Reference: adapter-hub/adapters src/adapters/loading.py, src/adapters/configuration.
public struct AdapterHub: Exporter {
  public static let name = "adapterhub"
  public static let summary =
    "An adapter for AdapterHub's adapters: bottleneck, parallel, Compacter, LoRA, IA3, prefix."
  public static let library = "adapters"

  static let configFile = "adapter_config.json"
  static let tensorFile = "pytorch_adapter.bin"
  static let headConfigFile = "head_config.json"
  static let headTensorFile = "pytorch_model_head.bin"
  /// The release whose format is written.
  static let version = "adapters.1.3.0"

  public init() {}

  public func refusal(of subject: ExportSubject) -> String? {
    AdapterHubMethods.refusal(of: subject.attached)
      ?? (AdapterHubHead(subject.head) == nil ? AdapterHubHead.refusal : nil)
  }

  public func conversion(of subject: ExportSubject) throws -> String? {
    let model = AdapterHubModel(
      backbone: subject.backbone, task: try TaskModel.of(modelType: subject.source.config.modelType)
    )
    let members = AdapterHubMethods.members(of: AdapterHubMethods.parts(of: subject.attached))
    return subject.conversion(
      to: "AdapterHub", members.flatMap { $0.method.tensors($0.parts, model) })
  }

  public func write(_ subject: ExportSubject, to directory: String) throws {
    let reason = refusal(of: subject)
    guard reason == nil, let head = AdapterHubHead(subject.head) else {
      throw ExportError.refused(
        format: Self.name, reason: reason ?? AdapterHubHead.refusal, others: [])
    }
    let model = AdapterHubModel(
      backbone: subject.backbone, task: try TaskModel.of(modelType: subject.source.config.modelType)
    )
    let folder = URL(filePath: directory)
    let members = AdapterHubMethods.members(of: AdapterHubMethods.parts(of: subject.attached))
    let configurations = members.flatMap { $0.method.configurations($0.parts, model) }
    try write(
      configurations.count == 1
        ? .map(configurations[0])
        : .map(["architecture": .text("union"), "configs": .list(configurations.map { .map($0) })]),
      of: subject, model, to: folder.appending(path: Self.configFile))
    try TorchArchiveWriter.write(
      members.flatMap { $0.method.tensors($0.parts, model) },
      aliases: members.reduce(into: [:]) { $0.merge($1.method.aliases(model)) { $1 } },
      to: folder.appending(path: Self.tensorFile).path)
    try write(
      head.configuration(labels: subject.labels, outputCount: subject.head.outputCount),
      of: subject, model, to: folder.appending(path: Self.headConfigFile))
    try TorchArchiveWriter.write(
      head.tensors, to: folder.appending(path: Self.headTensorFile).path)
    try AtomicFile.write(
      ModelCard.text(subject, format: Self.name, loading: loading(subject, model)),
      to: folder.appending(path: "README.md").path)
  }

  /// One of the two configuration files: what is common to both, and its own part.
  private func write(
    _ configuration: ConfigValue, of subject: ExportSubject, _ model: AdapterHubModel, to file: URL
  ) throws {
    let fields: [String: ConfigValue] = [
      "config": configuration, "hidden_size": .integer(subject.backbone.width),
      "model_class": .text(model.task.adapterArchitecture),
      "model_name": .text(subject.baseModelName),
      "model_type": .text(subject.source.config.modelType),
      "name": .text(AdapterHubModel.adapterName), "version": .text(Self.version),
    ]
    try AtomicFile.write(ConfigValue.map(fields).json + "\n", to: file.path)
  }

  private func loading(_ subject: ExportSubject, _ model: AdapterHubModel) -> String {
    """
    ```python
    from adapters import AutoAdapterModel

    model = AutoAdapterModel.from_pretrained("\(subject.baseModelName)")
    model.load_adapter("PATH-OF-THIS-FOLDER", set_active=True)
    model.eval()
    ```

    The adapter and its head are called `\(AdapterHubModel.adapterName)`; `load_as="NAME"` gives another name. One adapter of this library has one LoRA rank and the same adapted maps in all its layers: where they differ, the factors are filled up with zeros (of (IA)³ with ones), which changes no sum.
    """
  }

  public func reload(_ directory: String, like subject: ExportSubject) throws -> ReloadedModel {
    let folder = URL(filePath: directory)
    let model = AdapterHubModel(
      backbone: try BackboneRegistry.load(subject.source),
      task: try TaskModel.of(modelType: subject.source.config.modelType))
    let tensors = try UntakenTensors(file: folder.appending(path: Self.tensorFile).path)
    let whole = try configuration(folder.appending(path: Self.configFile), model)
    for configuration in try Self.members(of: whole) {
      guard let method = AdapterHubMethods.all.first(where: { $0.owns(configuration) }) else {
        throw configuration.fault("architecture", expected: "a method that is written")
      }
      try method.attach(configuration, tensors, to: model)
    }
    try tensors.checkAllTaken()
    let headTensors = try UntakenTensors(file: folder.appending(path: Self.headTensorFile).path)
    let head = try AdapterHubHead.load(
      configuration(folder.appending(path: Self.headConfigFile), model), headTensors,
      backbone: model.backbone, outputCount: subject.head.outputCount)
    try headTensors.checkAllTaken()
    return ReloadedModel(backbone: model.backbone, head: head)
  }

  /// The member `config` of a file whose other members are as the library needs them.
  private func configuration(
    _ file: URL, _ model: AdapterHubModel
  ) throws -> AdapterHubConfiguration {
    guard case .map(let fields) = try ConfigValue(contentsOf: file.path) else {
      throw ExportError.damaged(file: file.path, reason: "it is not a JSON object")
    }
    let whole = AdapterHubConfiguration(fields: fields, file: file.path)
    let expected: [String: ConfigValue] = [
      "name": .text(AdapterHubModel.adapterName), "version": .text(Self.version),
      "model_class": .text(model.task.adapterArchitecture),
      "hidden_size": .integer(model.backbone.width),
    ]
    for (name, value) in expected.sorted(by: { $0.key < $1.key }) where fields[name] != value {
      throw whole.fault(name, expected: value.json)
    }
    guard case .map(let inner) = fields["config"] else {
      throw whole.fault("config", expected: "an object")
    }
    return AdapterHubConfiguration(fields: inner, file: file.path)
  }

  /// The members of a union, or the configuration itself.
  static func members(
    of whole: AdapterHubConfiguration
  ) throws -> [AdapterHubConfiguration] {
    guard whole.fields["architecture"] == .text("union") else { return [whole] }
    guard case .list(let members) = whole.fields["configs"] else {
      throw whole.fault("configs", expected: "a list")
    }
    return try members.map { member in
      guard case .map(let fields) = member else {
        throw whole.fault("configs", expected: "a list of objects")
      }
      return AdapterHubConfiguration(fields: fields, file: whole.file)
    }
  }
}
