import Checkpoints
import NeuralNets
import TensorCore

/// `PrefixTuningConfig` with `flat`: trained keys and values before those of the sequence.
///
/// A prefix behind an MLP is written folded. All layers lie in one tensor [P, 2 L', D], keys and then
/// values of the L' layers that have a prefix, counted without gaps; an adapter of the library has
/// one configuration of this kind and therefore one length. Positions are not shifted there either.
///
/// Reference: adapter-hub/adapters src/adapters/methods/prefix_tuning.py, `FlatPrefixTuning`.
enum PrefixMethod: ImportableAdapterHubMethod {
  static func holds(_ form: CanonicalForm) -> Bool {
    if case .prefix = form { return true }
    return false
  }

  private static func prefix(
    _ part: AdapterHubPart
  ) -> (keys: [Float], values: [Float], length: Int) {
    guard case .prefix(let keys, let values, let length) = part.form else {
      preconditionFailure("PrefixTuningConfig holds prefixes only")
    }
    return (keys, values, length)
  }

  static func refusal(_ parts: [AdapterHubPart]) -> String? {
    let lengths = Set(parts.map { prefix($0).length }).sorted()
    guard lengths.count == 1 else {
      return "an adapter of AdapterHub has one prefix length, and the layers have "
        + lengths.map(String.init).joined(separator: ", ")
        + " (a shorter one cannot be filled up: every key takes attention)."
    }
    return nil
  }

  private static let template: [String: ConfigValue] = [
    "architecture": .text("prefix_tuning"), "encoder_prefix": .flag(true),
    "cross_prefix": .flag(true), "flat": .flag(true), "prefix_length": .integer(30),
    "leave_out": .list([]), "bottleneck_size": .integer(512), "non_linearity": .text("tanh"),
    "dropout": .number(0), "use_gating": .flag(false), "shared_gating": .flag(true),
    "init_weights_seed": .null,
  ]

  static func configurations(
    _ parts: [AdapterHubPart], _ model: AdapterHubModel
  ) -> [[String: ConfigValue]] {
    var fields = template
    fields["prefix_length"] = .integer(prefix(parts[0]).length)
    fields["leave_out"] = model.leaveOut(besides: Set(parts.map(\.site.layer)))
    return [fields]
  }

  /// The module of the shared prefix.
  private static func module(_ model: AdapterHubModel) -> String {
    "\(model.shared("prefix_tuning.prefix_tunings")).self_prefix"
  }

  private static func name(_ model: AdapterHubModel) -> String {
    "\(module(model)).control_trans"
  }

  static func tensors(_ parts: [AdapterHubPart], _ model: AdapterHubModel) -> [NamedTensor] {
    let width = model.backbone.width
    let prefixes = parts.sorted { $0.site.layer < $1.site.layer }.map(prefix)
    let length = prefixes[0].length
    let values = (0..<length).flatMap { (position: Int) -> [Float] in
      let row = position * width..<(position + 1) * width
      return prefixes.flatMap { Array($0.keys[row]) + Array($0.values[row]) }
    }
    return [NamedTensor(name: name(model), shape: [values.count], values: values)]
  }

  /// The shared tensor is a part of every layer's attention too, of left out layers as well.
  static func aliases(_ model: AdapterHubModel) -> [String: String] {
    Dictionary(
      uniqueKeysWithValues: pools(model).map { ("\($0).control_trans", name(model)) })
  }

  /// The module of the shared prefix below every layer's attention.
  private static func pools(_ model: AdapterHubModel) -> [String] {
    let pool = "prefix_tuning.pool.prefix_tunings.\(AdapterHubModel.adapterName)"
    return model.layers.map { "\(model.attention($0)).\(pool).self_prefix" }
  }

  static func owns(_ configuration: AdapterHubConfiguration) -> Bool {
    configuration.fields["architecture"] == .text("prefix_tuning")
  }

  static var defaults: [String: ConfigValue] { template }

  static let needed: Set<String> = ["flat", "prefix_length"]

  static let idle: Set<String> = [
    "encoder_prefix", "cross_prefix", "dropout", "shared_gating", "init_weights_seed",
  ]

  private static let free: Set<String> = [
    "flat", "prefix_length", "leave_out", "bottleneck_size", "non_linearity",
  ]

  static func read(
    _ configuration: AdapterHubConfiguration, _ tensors: UntakenTensors, _ model: AdapterHubModel
  ) throws -> [AdapterHubPart] {
    try configuration.require(template, besides: free)
    let length = try configuration.integer("prefix_length")
    guard (1...4096).contains(length) else {
      throw configuration.fault("prefix_length", expected: "a whole number from 1 to 4096")
    }
    let width = model.backbone.width
    let layers = try configuration.layers(of: model)
    let file = PrefixFile(module: module(model), pools: pools(model), tensors: tensors)
    let all =
      try configuration.flag("flat")
      ? file.flat(count: length * 2 * layers.count * width)
      : file.folded(configuration, length: length, width: width, layers: layers.count)
    return layers.enumerated().map { slot, layer in
      func part(_ kind: Int) -> [Float] {
        (0..<length).flatMap { (position: Int) -> ArraySlice<Float> in
          let start = ((position * layers.count + slot) * 2 + kind) * width
          return all[start..<start + width]
        }
      }
      return AdapterHubPart(
        site: InsertionSite(layer: layer, point: .attention), method: "prefix",
        form: .prefix(keys: part(0), values: part(1), length: length))
    }
  }

  static func attach(
    _ configuration: AdapterHubConfiguration, _ tensors: UntakenTensors,
    to model: AdapterHubModel
  ) throws {
    for part in try read(configuration, tensors, model) {
      let prefix = prefix(part)
      let shape = Shape(prefix.length, model.backbone.width)
      model.backbone.attach(
        ReadPrefix(
          keys: Parameter(path: "prefix", shape: shape, values: prefix.keys),
          values: Parameter(path: "prefix", shape: shape, values: prefix.values)),
        at: part.site)
    }
  }
}
