import Checkpoints
import NeuralNets
import TensorCore

/// `IA3Config`: outputs of the same maps of all its layers times l, the bias included.
///
/// A `LoRAConfig` of the mode `scale`, so that an adapter has this or LoRA. Maps that a layer does
/// not rescale get ones. The library rescales outputs only: of the first feed-forward map before the
/// activation, never what enters the second.
///
/// Reference: adapter-hub/adapters src/adapters/methods/lora.py, `IA3`.
enum IA3Method: AdapterHubMethod {
  static func holds(_ form: CanonicalForm) -> Bool {
    switch form {
    case .outputScale, .inputScale: true
    default: false
    }
  }

  static func refusal(_ parts: [AdapterHubPart]) -> String? {
    for part in parts {
      if case .inputScale = part.form {
        return "AdapterHub rescales outputs of maps only, and '\(part.method)' rescales the input"
          + " of '\(part.site.point.rawValue)' in layer \(part.site.layer); it holds the targets key,"
          + " value and ffn-in."
      }
    }
    return LoRAFields.refusal(parts)
  }

  static func configurations(
    _ parts: [AdapterHubPart], _ model: AdapterHubModel
  ) -> [[String: ConfigValue]] {
    var fields = LoRAFields.template
    fields.merge(
      LoRAFields.fields(
        LoRAFields.points(parts), layers: Set(parts.map(\.site.layer)), model)
    ) { $1 }
    fields["composition_mode"] = .text("scale")
    fields["init_weights"] = .text("ia3")
    return [fields]
  }

  static func tensors(_ parts: [AdapterHubPart], _ model: AdapterHubModel) -> [NamedTensor] {
    let factors = Dictionary(
      uniqueKeysWithValues: parts.map { part -> (InsertionSite, [Float]) in
        guard case .outputScale(let factors) = part.form else {
          preconditionFailure("IA3Config holds scales of outputs only")
        }
        return (part.site, factors)
      })
    let points = LoRAFields.points(parts)
    return Set(parts.map(\.site.layer)).sorted().flatMap { layer in
      points.map { point in
        let site = InsertionSite(layer: layer, point: point)
        let width = model.linear(layer, point).outputWidth
        return NamedTensor(
          name: "\(model.module(site)).lora_B", shape: [width, 1],
          values: factors[site] ?? Array(repeating: 1, count: width))
      }
    }
  }

  static func owns(_ configuration: AdapterHubConfiguration) -> Bool {
    configuration.fields["architecture"] == .text("lora")
      && configuration.fields["composition_mode"] == .text("scale")
  }

  static func attach(
    _ configuration: AdapterHubConfiguration, _ tensors: UntakenTensors,
    to model: AdapterHubModel
  ) throws {
    try configuration.require(
      LoRAFields.template.merging(
        ["composition_mode": .text("scale"), "init_weights": .text("ia3")]
      ) { $1 },
      besides: LoRAFields.free.subtracting(["r", "alpha"]))
    for layer in try configuration.layers(of: model) {
      for point in try LoRAFields.points(configuration) {
        let linear = model.linear(layer, point)
        let module = model.module(InsertionSite(layer: layer, point: point))
        let factors = try tensors.take("\(module).lora_B", [linear.outputWidth, 1])
        let columns = linear.inputWidth
        linear.weight.assign(
          linear.weight.array.enumerated().map { $1 * factors[$0 / columns] })
        linear.bias?.assign(zip(linear.bias?.array ?? [], factors).map { $0 * $1 })
      }
    }
  }
}
