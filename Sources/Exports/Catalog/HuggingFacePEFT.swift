import Backbones
import Checkpoints
import Foundation
import LinearAlgebra
import NeuralNets
import PEFTMethods
import TensorCore

/// An adapter that `PeftModel.from_pretrained` of Hugging Face PEFT loads.
///
/// The type follows from the canonical forms (`PEFTAdapterTypes`): LORA for LoRA, rsLoRA, LoRA+,
/// DoRA, PiSSA, AdaLoRA, SoRA and DyLoRA, VERA, LOHA, LOKR (KronA too), OFT, BOFT, IA3, SHIRA for
/// sparse updates, PROMPT_TUNING, P_TUNING, and PREFIX_TUNING for P-tuning v2, which PEFT runs on a
/// BERT with transformers 4 and refuses with transformers 5; LN_TUNING for norms that were tuned in
/// place, and LORA with `bias: all` for other biases. Modules are named by full paths, with ranks and
/// alphas of their own where the type has patterns; the trained head travels in `modules_to_save`.
/// Only keys that every version of PEFT with the type knows are written: recent ones warn at
/// unknown keys and older ones refuse them.
///
/// Reference: huggingface/peft src/peft/utils/save_and_load.py, src/peft/tuners.
public struct HuggingFacePEFT: Exporter {
  public static let name = "hf-peft"
  public static let summary =
    "An adapter for Hugging Face PEFT: LORA, VERA, LOHA, LOKR, OFT, BOFT, IA3, SHIRA, "
    + "PROMPT_TUNING, P_TUNING, PREFIX_TUNING, LN_TUNING."
  public static let library = "peft"

  static let configFile = "adapter_config.json"
  static let tensorFile = "adapter_model.safetensors"
  /// What PEFT puts before every module of the model that it wraps: with a type that adapts
  /// modules, and with one that does not.
  static let wrapper = "base_model.model."
  static let promptWrapper = "base_model."

  private let packing: RankPacking

  public init() { packing = .byModule }

  init(_ packing: RankPacking) { self.packing = packing }

  public func refusal(of subject: ExportSubject) -> String? {
    let modules = modules(subject, encoderPrefix: "")
    switch PEFTAdapterTypes.choose(subject.attached, modules, backbone: subject.backbone) {
    case .refusal(let reason): return reason
    case .type(let type):
      let tunesBiases = !PEFTBiases.tensors(subject.attached).isEmpty
      if let reason = packing.refusal(of: type, modules, tunesBiases: tunesBiases) {
        return reason
      }
    case .prompt(let type, _):
      if let reason = packing.refusal(ofType: type.name) { return reason }
    case .norms:
      if let reason = packing.refusal(ofType: PEFTNorms.name) { return reason }
    }
    return TaskModel.head(of: subject) == nil ? TaskModel.headRefusal : nil
  }

  public func conversion(of subject: ExportSubject) throws -> String? {
    let model = try TaskModel.of(modelType: subject.source.config.modelType)
    let modules = modules(subject, encoderPrefix: model.encoderPrefix)
    guard let content = content(subject, modules, model) else { return nil }
    // A basis that all modules share (VeRA) stands outside of the wrapper.
    return subject.conversion(
      to: content.type,
      content.tensors.filter { modules.isEmpty || $0.name.hasPrefix(content.wrapper) })
  }

  /// The adapted modules; adapters that stand on no linear map are none.
  private func modules(_ subject: ExportSubject, encoderPrefix: String) -> [PEFTModule] {
    let modules: [PEFTModule] = subject.attached.canonicalForms.compactMap { site, _, form in
      guard let linear = subject.backbone.linear(at: site) else { return nil }
      return PEFTModule(
        path: path(of: linear, encoderPrefix: encoderPrefix), form: form,
        inputWidth: linear.inputWidth, outputWidth: linear.outputWidth)
    }
    let first = InsertionSite(layer: 0, point: .query)
    guard modules.isEmpty, !PEFTBiases.tensors(subject.attached).isEmpty,
      let linear = subject.backbone.linear(at: first)
    else { return modules }
    return [PEFTBiases.idle(linear, path: path(of: linear, encoderPrefix: encoderPrefix))]
  }

  private func path(of linear: Linear, encoderPrefix: String) -> String {
    encoderPrefix + linear.weight.path.dropLast(".weight".count)
  }

  public func write(_ subject: ExportSubject, to directory: String) throws {
    let model = try TaskModel.of(modelType: subject.source.config.modelType)
    let modules = modules(subject, encoderPrefix: model.encoderPrefix)
    guard let content = content(subject, modules, model), let head = TaskModel.head(of: subject)
    else {
      throw ExportError.refused(
        format: packing.formatName, reason: refusal(of: subject) ?? TaskModel.headRefusal,
        others: [])
    }
    let folder = URL(filePath: directory)
    var fields = content.fields
    fields["task_type"] = .text("SEQ_CLS")
    fields["inference_mode"] = .flag(true)
    fields["base_model_name_or_path"] = .text(subject.baseModelName)
    fields["modules_to_save"] = .texts(
      [model.classifier] + (head.isPoolerTrained ? [model.pooler] : []))
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try AtomicFile.write(
      Array(try encoder.encode(fields)) + [10], to: folder.appending(path: Self.configFile).path)
    var tensors = content.tensors
    tensors += NamedTensor.linear(head.classifier, content.wrapper + model.classifier)
    if head.isPoolerTrained {
      tensors += NamedTensor.linear(head.pooler, content.wrapper + model.pooler)
    }
    try SafetensorsWriter.write(
      tensors, metadata: ["format": "pt"], to: folder.appending(path: Self.tensorFile).path)
    try AtomicFile.write(
      ModelCard.text(
        subject, format: packing.formatName, loading: loading(subject, model) + content.note),
      to: folder.appending(path: "README.md").path)
  }

  /// What the chosen type writes beside the head.
  private struct Content {
    /// `peft_type`.
    let type: String
    let fields: [String: ConfigValue]
    let tensors: [NamedTensor]
    let wrapper: String
    /// Stands behind the lines that load the adapter.
    var note = ""
  }

  /// nil where there is no type that holds everything.
  private func content(
    _ subject: ExportSubject, _ modules: [PEFTModule], _ model: TaskModel
  ) -> Content? {
    switch PEFTAdapterTypes.choose(subject.attached, modules, backbone: subject.backbone) {
    case .refusal:
      return nil
    case .norms(let norms):
      return Content(
        type: PEFTNorms.name, fields: PEFTNorms.config(norms, prefix: model.encoderPrefix),
        tensors: PEFTNorms.tensors(norms, prefix: model.encoderPrefix), wrapper: Self.wrapper)
    case .prompt(let type, let forms):
      var fields = type.fields(forms, backbone: subject.backbone)
      fields["peft_type"] = .text(type.name)
      return Content(
        type: type.name, fields: fields, tensors: [type.tensor(forms)],
        wrapper: Self.promptWrapper, note: type.note)
    case .type(let type):
      let modules = packing.packed(modules)
      var fields = type.config(modules)
      fields["peft_type"] = .text(type.name)
      let biases = PEFTBiases.named(
        subject.attached, modules: modules, prefix: model.encoderPrefix)
      if type == LoRAType.self {
        fields["bias"] = .text(biases.isEmpty ? "none" : "all")
        fields["fan_in_fan_out"] = .flag(false)
      }
      return Content(
        type: type.name, fields: fields,
        tensors: type.tensors(modules, wrapper: Self.wrapper) + biases, wrapper: Self.wrapper,
        note: packing.note)
    }
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
    let configFile = folder.appending(path: Self.configFile)
    let config = try JSONDecoder().decode(
      [String: ConfigValue].self, from: Data(contentsOf: configFile))
    let reader = try WeightReader(file: folder.appending(path: Self.tensorFile).path)
    let backbone = try BackboneRegistry.load(subject.source)
    var wrapper = Self.wrapper
    if let type = PEFTAdapterTypes.prompts.first(where: { config["peft_type"] == .text($0.name) }) {
      try type.attach(reader, to: backbone)
      wrapper = Self.promptWrapper
    } else if config["peft_type"] == .text(PEFTNorms.name) {
      try PEFTNorms.load(reader, config, into: backbone, prefix: model.encoderPrefix)
    } else if let type = PEFTAdapterTypes.all.first(where: {
      config["peft_type"] == .text($0.name)
    }) {
      try adapt(backbone, model, type, config, reader)
    } else {
      throw ExportError.damaged(file: configFile.path, reason: "its peft_type is not known")
    }
    let head = try reader.pooledHead(
      model, prefix: wrapper, backbone: backbone, outputCount: subject.head.outputCount)
    try reader.checkAllUsed()
    return ReloadedModel(backbone: backbone, head: head)
  }

  /// Changes the maps of a plain backbone that the configuration names.
  private func adapt(
    _ backbone: any Backbone, _ model: TaskModel, _ type: any PEFTAdapterType.Type,
    _ config: [String: ConfigValue], _ reader: WeightReader
  ) throws {
    let file = PEFTFile(config: config, reader: reader, wrapper: Self.wrapper)
    let targets = Set(config["target_modules"]?.asTexts ?? [])
    if config["bias"] == .text("all") {
      try PEFTBiases.load(
        reader, into: backbone, adapted: targets, prefix: model.encoderPrefix)
    }
    for layer in 0..<backbone.layerCount {
      for point in backbone.insertionPoints(layer: layer) {
        guard let linear = backbone.linear(at: InsertionSite(layer: layer, point: point)) else {
          continue
        }
        let path = path(of: linear, encoderPrefix: model.encoderPrefix)
        if targets.contains(path) { try apply(type, to: linear, path: path, file) }
      }
    }
  }

  private func apply(
    _ type: any PEFTAdapterType.Type, to linear: Linear, path: String, _ file: PEFTFile
  ) throws {
    var map = AdaptedMap(
      path: path,
      weight: Matrix(
        rows: linear.outputWidth, columns: linear.inputWidth,
        values: linear.weight.values.map(Double.init)),
      bias: linear.bias.map { $0.values.map(Double.init) })
    try type.adapted(&map, file)
    linear.weight.assign(map.weight.values.map { Float($0) })
    if let bias = map.bias { linear.bias?.assign(bias.map { Float($0) }) }
  }
}
