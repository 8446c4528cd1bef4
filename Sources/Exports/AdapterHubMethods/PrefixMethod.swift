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
enum PrefixMethod: AdapterHubMethod {
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

  private static func name(_ model: AdapterHubModel) -> String {
    "\(model.shared("prefix_tuning.prefix_tunings")).self_prefix.control_trans"
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
    let pool = "prefix_tuning.pool.prefix_tunings.\(AdapterHubModel.adapterName)"
    return Dictionary(
      uniqueKeysWithValues: model.layers.map {
        ("\(model.attention($0)).\(pool).self_prefix.control_trans", name(model))
      })
  }

  static func owns(_ configuration: AdapterHubConfiguration) -> Bool {
    configuration.fields["architecture"] == .text("prefix_tuning")
  }

  static func attach(
    _ configuration: AdapterHubConfiguration, _ tensors: AdapterHubTensors,
    to model: AdapterHubModel
  ) throws {
    for (site, prefix) in try prefixes(configuration, tensors, model) {
      model.backbone.attach(prefix, at: site)
    }
  }

  /// The prefixes of a configuration, each with its site.
  static func prefixes(
    _ configuration: AdapterHubConfiguration, _ tensors: AdapterHubTensors, _ model: AdapterHubModel
  ) throws -> [(InsertionSite, ReadPrefix)] {
    try configuration.require(template, besides: ["prefix_length", "leave_out"])
    let width = model.backbone.width
    let length = try configuration.integer("prefix_length")
    let layers = try configuration.layers(of: model)
    let all = try tensors.take(name(model), [length * 2 * layers.count * width])
    for alias in aliases(model).keys.sorted() {
      guard try tensors.take(alias, [all.count]) == all else {
        throw configuration.fault("flat", expected: "one prefix, but '\(alias)' is another")
      }
    }
    return layers.enumerated().map { slot, layer in
      func part(_ kind: Int) -> Parameter {
        let values = (0..<length).flatMap { (position: Int) -> ArraySlice<Float> in
          let start = ((position * layers.count + slot) * 2 + kind) * width
          return all[start..<start + width]
        }
        return Parameter(path: "prefix", shape: Shape(length, width), values: values)
      }
      return (
        InsertionSite(layer: layer, point: .attention), ReadPrefix(keys: part(0), values: part(1))
      )
    }
  }
}
