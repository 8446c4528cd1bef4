import Checkpoints
import Foundation
import NeuralNets
import PEFTMethods
import StrictJSON

/// Reads what `save_pretrained` of Hugging Face PEFT writes: LORA with rank and alpha patterns,
/// rsLoRA and DoRA, and IA3, with the classifier and the pooler among `modules_to_save`.
///
/// Refused with the reason: tuned biases, starts that rewrite the backbone at loading (PiSSA, OLoRA,
/// LoftQ, CorDA), other types, and everything that a newer version of PEFT may have switched on.
///
/// Reference: huggingface/peft src/peft/tuners/lora/{config,layer,dora}.py,
/// src/peft/tuners/ia3/layer.py, src/peft/utils/save_and_load.py.
struct PEFTImport {
  let folder: String
  let fields: ImportFields
  let host: ImportHost

  static let weightFiles = ["adapter_model.safetensors", "adapter_model.bin"]
  /// Fields that say nothing about the numbers at inference, or that are read below.
  private static let known: Set<String> = [
    "alpha_pattern", "auto_mapping", "base_model_name_or_path", "bias", "corda_config",
    "ensure_weight_tying", "eva_config", "exclude_modules", "fan_in_fan_out",
    "feedforward_modules", "inference_mode", "init_ia3_weights", "init_lora_weights",
    "layers_pattern", "layers_to_transform", "lora_alpha", "lora_dropout", "lora_ga_config",
    "megatron_core", "modules_to_save", "peft_type", "peft_version", "qalora_group_size", "r",
    "rank_pattern", "revision", "runtime_config", "target_modules", "task_type", "use_dora",
    "use_rslora",
  ]
  /// Starts that leave the backbone as it is.
  private static let harmlessStarts: Set<String> = ["gaussian", "orthogonal", "eva"]

  func read() throws -> ImportContent {
    let type = try fields.text("peft_type")
    try checkFields()
    let tensors = try openWeights()
    let prefix = self.prefix(tensors.names)
    let parts: [ImportedPart]
    switch type {
    case LoRAType.name: parts = try lowRankParts(tensors, prefix)
    case IA3Type.name: parts = try scaleParts(tensors, prefix)
    default:
      throw ImportError.unsupported(
        file: fields.file, what: "peft_type \(type)",
        reason: "only LORA (LoRA, rsLoRA, DoRA) and IA3 are")
    }
    let head = try self.head(tensors)
    try tensors.checkAllTaken()
    return ImportContent(origin: "\(type) of PEFT", parts: parts, head: head)
  }

  private func openWeights() throws -> UntakenTensors {
    let paths = Self.weightFiles.map { "\(folder)/\($0)" }
    guard let file = paths.first(where: { FileManager.default.fileExists(atPath: $0) }) else {
      throw ImportError.noWeights(folder: folder, expected: Self.weightFiles)
    }
    return try UntakenTensors(file: file)
  }

  private func checkFields() throws {
    for member in fields.members
    where !Self.known.contains(member.key) && !member.value.isAbsent {
      throw ImportError.unsupported(
        file: fields.file, what: "'\(member.key)': \(member.value.inWords)",
        reason: "this program does not know what it changes")
    }
    if let bias = try fields.optionalText("bias"), bias != "none" {
      throw ImportError.unsupported(
        file: fields.file, what: "'bias': '\(bias)'", reason: "tuned biases are not read")
    }
    if let start = fields["init_lora_weights"]?.string, !Self.harmlessStarts.contains(start) {
      throw ImportError.unsupported(
        file: fields.file, what: "'init_lora_weights': '\(start)'",
        reason: "such a start rewrites the backbone when PEFT loads it; save the adapter with"
          + " path_initial_model_for_weight_conversion first")
    }
    let transformed = fields["layers_to_transform"]
    guard transformed?.isAbsent ?? true || fields["layers_pattern"]?.isAbsent ?? true else {
      throw ImportError.unsupported(
        file: fields.file, what: "'layers_pattern' beside 'layers_to_transform'",
        reason: "only the layers' numbers alone are read")
    }
  }

  /// What stands before the encoder's names: the task class has a part of its own there, the bare
  /// encoder has not.
  private func prefix(_ names: [String]) -> String {
    let whole = HuggingFacePEFT.wrapper + host.task.encoderPrefix
    return names.contains { $0.hasPrefix(whole) } ? whole : HuggingFacePEFT.wrapper
  }

  // MARK: - Modules

  /// The adapted maps that have a tensor of some name, and those that the configuration demands.
  private func modules(
    _ tensors: UntakenTensors, _ prefix: String, tensor: String
  ) throws -> [(path: String, site: InsertionSite, linear: Linear)] {
    let maps = host.maps
    let found = tensors.names.filter { $0.hasSuffix(".\(tensor)") }.map { name in
      String(name.dropLast(tensor.count + 1))
    }
    var paths: Set<String> = []
    for module in found {
      guard module.hasPrefix(prefix), maps[String(module.dropFirst(prefix.count))] != nil else {
        throw ImportError.unknownModule(file: tensors.path, module: module)
      }
      paths.insert(String(module.dropFirst(prefix.count)))
    }
    if let targets = try demandedTargets() {
      for path in maps.keys.sorted() {
        let site = maps[path]?.site
        let isNamed = ModuleNames.contain(targets, fullPath(path, prefix))
        let isDemanded = try isNamed && !isExcluded(fullPath(path, prefix), layer: site?.layer)
        if isDemanded, !paths.contains(path) {
          throw ImportError.missingTensor(file: tensors.path, name: "\(prefix)\(path).\(tensor)")
        }
        if !isDemanded, paths.contains(path) {
          throw ImportError.damaged(
            file: tensors.path,
            reason: "it adapts '\(path)', which 'target_modules' of the configuration does not name"
          )
        }
      }
    }
    guard !paths.isEmpty else { throw ImportError.nothingAdapted(file: tensors.path) }
    return paths.sorted().compactMap { path in
      maps[path].map { (path, $0.site, $0.linear) }
    }
  }

  /// A module's path as PEFT matches it.
  private func fullPath(_ path: String, _ prefix: String) -> String {
    String((prefix + path).dropFirst(HuggingFacePEFT.wrapper.count))
  }

  /// The names of `target_modules`; nil for a regular expression or a word such as `all-linear`,
  /// where the tensors themselves say which modules are adapted.
  private func demandedTargets() throws -> [String]? {
    guard fields["target_modules"]?.string == nil else { return nil }
    return try fields.texts("target_modules")
  }

  private func isExcluded(_ path: String, layer: Int?) throws -> Bool {
    let excluded = try fields.texts("exclude_modules") ?? []
    if fields["exclude_modules"]?.string != nil {
      throw ImportError.unsupported(
        file: fields.file, what: "'exclude_modules' as a regular expression",
        reason: "only a list of names is read")
    }
    if ModuleNames.contain(excluded, path) { return true }
    guard let layers = fields["layers_to_transform"], !layers.isAbsent else { return false }
    let numbers = layers.integer.map { [$0] } ?? layers.array?.compactMap(\.integer)
    guard let numbers else {
      throw fields.fault("layers_to_transform", expected: "a layer's number or a list of them")
    }
    return layer.map { !numbers.contains($0) } ?? false
  }

  // MARK: - Types

  private func lowRankParts(
    _ tensors: UntakenTensors, _ prefix: String
  ) throws -> [ImportedPart] {
    let ranks = try fields.numbers("rank_pattern")
    let alphas = try fields.numbers("alpha_pattern")
    let rank = try fields.integer("r", in: 1...8192)
    let alpha = try fields.number("lora_alpha")
    let isRootScaled = try fields.flag("use_rslora")
    let hasMagnitude = try fields.flag("use_dora")
    let dropout = try fields.share("lora_dropout")
    return try modules(tensors, prefix, tensor: "lora_A.weight").map { path, site, linear in
      let full = fullPath(path, prefix)
      let own = try ModuleNames.value(ranks, full, field: "rank_pattern", file: fields.file)
        .map { try wholeRank($0) }
      let r = own ?? rank
      let a =
        try ModuleNames.value(alphas, full, field: "alpha_pattern", file: fields.file) ?? alpha
      let scale = Float(isRootScaled ? a / Double(r).squareRoot() : a / Double(r))
      guard scale.isFinite else { throw fields.fault("lora_alpha", expected: "a smaller number") }
      let module = prefix + path
      let pair = CanonicalForm.LowRankPair(
        a: try take(tensors, "\(module).lora_A.weight", [r, linear.inputWidth]),
        b: try take(tensors, "\(module).lora_B.weight", [linear.outputWidth, r]), rank: r,
        inputWidth: linear.inputWidth, outputWidth: linear.outputWidth, scale: scale)
      guard hasMagnitude else {
        return ImportedPart(site: site, form: .lowRank(pair), dropout: dropout)
      }
      let magnitude = try take(
        tensors, "\(module).lora_magnitude_vector", [linear.outputWidth])
      return ImportedPart(site: site, form: .magnitude(magnitude, pair), dropout: dropout)
    }
  }

  private func wholeRank(_ value: Double) throws -> Int {
    guard let rank = Int(exactly: value), (1...8192).contains(rank) else {
      throw fields.fault("rank_pattern", expected: "whole numbers from 1 to 8192")
    }
    return rank
  }

  private func scaleParts(
    _ tensors: UntakenTensors, _ prefix: String
  ) throws -> [ImportedPart] {
    let inner = try fields.texts("feedforward_modules") ?? []
    return try modules(tensors, prefix, tensor: "ia3_l").map { path, site, linear in
      let rescalesInput = ModuleNames.contain(inner, fullPath(path, prefix))
      let shape = rescalesInput ? [1, linear.inputWidth] : [linear.outputWidth, 1]
      let factors = try take(tensors, "\(prefix)\(path).ia3_l", shape)
      return ImportedPart(
        site: site, form: rescalesInput ? .inputScale(factors) : .outputScale(factors))
    }
  }

  private func take(
    _ tensors: UntakenTensors, _ name: String, _ shape: [Int]
  ) throws -> [Float] {
    let values = try tensors.take(name, shape)
    guard values.allSatisfy(\.isFinite) else {
      throw ImportError.notFinite(file: tensors.path, name: name)
    }
    return values
  }

  // MARK: - Head

  /// The classifier of the task class; nil where the file has none.
  private func head(_ tensors: UntakenTensors) throws -> ImportedAdapter.Head? {
    let classifier = HuggingFacePEFT.wrapper + host.task.classifier
    guard let shape = tensors.shape("\(classifier).weight") else { return nil }
    guard shape.count == 2, (1...100_000).contains(shape[0]) else {
      throw ImportError.damaged(
        file: tensors.path, reason: "the classifier is no matrix but has shape \(shape)")
    }
    let (outputs, width) = (shape[0], host.backbone.width)
    func tensor(_ name: String, _ stored: String, _ shape: [Int]) throws -> AdapterTensor {
      AdapterTensor(name: name, shape: shape, values: try take(tensors, stored, shape))
    }
    let output = [
      try tensor("head.output.weight", "\(classifier).weight", [outputs, width]),
      try tensor("head.output.bias", "\(classifier).bias", [outputs]),
    ]
    let pooler = HuggingFacePEFT.wrapper + host.task.pooler
    guard tensors.contains("\(pooler).weight") else {
      guard host.backbone.pooler != nil else {
        throw ImportError.missingTensor(file: tensors.path, name: "\(pooler).weight")
      }
      return ImportedAdapter.Head(kind: .pooler, outputCount: outputs, tensors: output)
    }
    let hasPooler = host.backbone.pooler != nil
    let name = hasPooler ? "head.pooler" : "head.dense"
    let dense = [
      try tensor("\(name).weight", "\(pooler).weight", [width, width]),
      try tensor("\(name).bias", "\(pooler).bias", [width]),
    ]
    return ImportedAdapter.Head(
      kind: hasPooler ? .trainedPooler : .twoLayer, outputCount: outputs, tensors: dense + output)
  }
}
