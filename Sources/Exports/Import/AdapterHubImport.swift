import Checkpoints
import Foundation
import NeuralNets
import PEFTMethods
import TensorCore

/// Reads what `save_adapter` of AdapterHub's adapters writes: bottlenecks, LoRA and prefixes, alone
/// or as a union, with the prediction head beside them.
///
/// Any name, files of `torch.save` and safetensors, and older versions are read as the library
/// reads them: without a version its names of GELU are the old ones, below `adapters.1.1.0` alpha of
/// LoRA counts as r. Compacter, (IA)³, gates, invertible and other modules are refused by name.
///
/// Reference: adapter-hub/adapters src/adapters/loading.py, src/adapters/configuration.
struct AdapterHubImport {
  let folder: String
  let fields: ImportFields
  let host: ImportHost

  static let weightFiles = ["pytorch_adapter.bin", "adapter.safetensors"]
  static let headFiles = ["pytorch_model_head.bin", "model_head.safetensors"]
  /// What reads the members of a configuration.
  private static let readers: [any ImportableAdapterHubMethod.Type] = [
    BottleneckMethod.self, LoRAMethod.self, PrefixMethod.self,
  ]

  private var model: AdapterHubModel { AdapterHubModel(backbone: host.backbone, task: host.task) }

  func read() throws -> ImportContent {
    try checkBackbone()
    let name = try fields.text("name")
    guard !name.isEmpty else { throw fields.fault("name", expected: "a name") }
    let weights = try open(Self.weightFiles, required: true) { renamed($0, from: name) }
    guard let weights else {
      throw ImportError.noWeights(folder: folder, expected: Self.weightFiles)
    }
    let parts = try members().flatMap { member in try read(member, weights) }
    try weights.checkAllTaken()
    return ImportContent(origin: "an adapter of AdapterHub", parts: parts, head: try head())
  }

  private func checkBackbone() throws {
    let width = try fields.integer("hidden_size", in: 1...1_000_000)
    guard width == host.backbone.width else {
      throw ImportError.otherBackbone(
        file: fields.file, what: "width", adapter: String(width),
        backbone: String(host.backbone.width))
    }
    if let type = try fields.optionalText("model_type"), type != host.modelType {
      throw ImportError.otherBackbone(
        file: fields.file, what: "model_type", adapter: type, backbone: host.modelType)
    }
  }

  private func open(
    _ names: [String], required: Bool, renaming: (String) -> String
  ) throws -> UntakenTensors? {
    let paths = names.map { "\(folder)/\($0)" }
    guard let file = paths.first(where: { FileManager.default.fileExists(atPath: $0) }) else {
      if required { throw ImportError.noWeights(folder: folder, expected: names) }
      return nil
    }
    return try UntakenTensors(file: file, renaming: renaming)
  }

  // MARK: - Names

  /// A tensor's name with the adapter's own name replaced by the one that is written here.
  private func renamed(_ name: String, from old: String) -> String {
    var name = name
    for module in ["adapters", "prefix_tunings", "loras"] {
      name = name.replacingOccurrences(
        of: ".\(module).\(old).", with: ".\(module).\(AdapterHubModel.adapterName).")
    }
    // Files of a bare encoder have no part of the task class in front.
    return name.hasPrefix(host.task.encoderPrefix) ? name : host.task.encoderPrefix + name
  }

  // MARK: - Configurations

  private func members() throws -> [AdapterHubConfiguration] {
    guard case .map(let whole) = try ConfigValue(contentsOf: fields.file),
      case .map(let inner) = whole["config"]
    else { throw fields.fault("config", expected: "an object") }
    let file = fields.file
    return try AdapterHub.members(of: AdapterHubConfiguration(fields: inner, file: file)).map {
      AdapterHubConfiguration(fields: try translated($0.fields), file: file)
    }
  }

  /// The fields of a member as the newest version would have written them.
  private func translated(_ fields: [String: ConfigValue]) throws -> [String: ConfigValue] {
    var fields = fields
    guard let version = try self.fields.optionalText("version") else {
      let renames = ["gelu": "gelu_new", "gelu_orig": "gelu"]
      if case .text(let name) = fields["non_linearity"], let new = renames[name] {
        fields["non_linearity"] = .text(new)
      }
      return fields
    }
    let prefix = "adapters."
    let numbers = version.dropFirst(prefix.count).split(separator: ".").map { Int($0) ?? 0 }
    if version.hasPrefix(prefix), numbers.lexicographicallyPrecedes([1, 1, 0]),
      fields["architecture"] == .text("lora"), let rank = fields["r"]
    {
      fields["alpha"] = rank
    }
    return fields
  }

  private func read(
    _ member: AdapterHubConfiguration, _ weights: UntakenTensors
  ) throws -> [ImportedPart] {
    guard let method = Self.readers.first(where: { $0.owns(member) }) else {
      let what = member.fields["architecture"]?.json ?? "a Compacter"
      throw ImportError.unsupported(
        file: fields.file, what: "the configuration of \(what)",
        reason: "bottlenecks, LoRA and prefixes are read")
    }
    var fields = method.defaults
    for (name, value) in member.fields {
      // What a field that no version here knows says by being null is nothing.
      if fields[name] == nil, value == .null, !method.needed.contains(name) { continue }
      if case .number = fields[name], case .integer(let whole) = value {
        fields[name] = .number(Double(whole))
      } else if !method.idle.contains(name) {
        fields[name] = value
      }
    }
    for name in method.needed where member.fields[name] == nil {
      throw ImportError.badField(
        file: self.fields.file, field: name, expected: "said", got: "nothing")
    }
    let dropout = member.fields["dropout"]?.asNumber ?? 0
    guard (0..<1).contains(dropout) else {
      throw member.fault("dropout", expected: "a share from 0 to below 1")
    }
    let configuration = AdapterHubConfiguration(fields: fields, file: self.fields.file)
    return try method.read(configuration, weights, model).map { part in
      try checkFinite(part, weights.path)
      return ImportedPart(site: part.site, form: part.form, dropout: dropout)
    }
  }

  private func checkFinite(_ part: AdapterHubPart, _ file: String) throws {
    let numbers: [[Float]] =
      switch part.form {
      case .bottleneck(let form):
        [form.down.array, form.downBias.array, form.up.array, form.upBias.array, [form.scale]]
      case .lowRank(let pair): [pair.a, pair.b, [pair.scale]]
      case .prefix(let keys, let values, _): [keys, values]
      default: []
      }
    guard numbers.allSatisfy({ $0.allSatisfy(\.isFinite) }) else {
      throw ImportError.notFinite(
        file: file, name: "\(part.method) of layer \(part.site.layer)")
    }
  }

  // MARK: - Head

  /// The head in the folder; nil where there is none.
  private func head() throws -> ImportedAdapter.Head? {
    let file = "\(folder)/\(AdapterHub.headConfigFile)"
    guard FileManager.default.fileExists(atPath: file) else { return nil }
    let whole = try ImportFields(file: file)
    let name = try whole.text("name")
    let weights = try open(Self.headFiles, required: true) {
      $0.replacingOccurrences(
        of: "heads.\(name).", with: "heads.\(AdapterHubModel.adapterName).")
    }
    guard let weights, case .map(let all) = try ConfigValue(contentsOf: file),
      case .map(var inner) = all["config"]
    else {
      throw ImportError.unsupported(
        file: file, what: "the head", reason: "only heads of AdapterHub's own classes are read")
    }
    if inner["use_pooler"] == nil { inner["use_pooler"] = .flag(false) }
    let outputs = try whole.object("config").integer("num_labels", in: 1...100_000)
    let loaded = try AdapterHubHead.load(
      AdapterHubConfiguration(fields: inner, file: file), weights, backbone: host.backbone,
      outputCount: outputs)
    try weights.checkAllTaken()
    let tensors = loaded.parameters.map {
      AdapterTensor(
        name: "head.\($0.name)", shape: $0.parameter.shape.dimensions, values: $0.parameter.array)
    }
    guard tensors.allSatisfy({ $0.values.allSatisfy(\.isFinite) }) else {
      throw ImportError.notFinite(file: weights.path, name: "heads.\(name)")
    }
    let kind: ImportedAdapter.Head.Kind =
      switch loaded {
      case is PoolerHead: .pooler
      case is TwoLayerHead: .twoLayer
      default: .token
      }
    return ImportedAdapter.Head(
      kind: kind, outputCount: outputs, tensors: tensors, labels: labels(inner, count: outputs))
  }

  /// The labels in the order of the outputs; nil where they are not all said.
  private func labels(_ fields: [String: ConfigValue], count: Int) -> [String]? {
    guard case .map(let numbers) = fields["label2id"], numbers.count == count else { return nil }
    let ordered = numbers.compactMap { name, value in value.asInteger.map { (name, $0) } }
      .sorted { $0.1 < $1.1 }
    return ordered.map(\.1) == Array(0..<count) ? ordered.map(\.0) : nil
  }
}
