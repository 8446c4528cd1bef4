import Checkpoints
import NeuralNets
import TensorCore

/// `BnConfig`: serial bottlenecks as of Pfeiffer and Houlsby, at one block or both, and parallel ones.
///
/// Layers with the same wiring, activation, scale and blocks share one configuration, with a map
/// from layers to reduction factors where their sizes differ; others become members of a union that
/// are left out of each other's layers.
///
/// Reference: adapter-hub/adapters src/adapters/methods/{bottleneck,modeling}.py.
enum BottleneckMethod: ImportableAdapterHubMethod {
  static func holds(_ form: CanonicalForm) -> Bool {
    if case .bottleneck = form { return true }
    return false
  }

  static func refusal(_ parts: [AdapterHubPart]) -> String? { nil }

  /// What all layers of one configuration have in common.
  private struct Kind: Hashable {
    let wiring: CanonicalForm.Bottleneck.Wiring
    let activation: Activation
    let scale: Float
    var blocks = BottleneckFields.Blocks([])
  }

  private static func form(_ part: AdapterHubPart) -> CanonicalForm.Bottleneck {
    guard case .bottleneck(let form) = part.form else {
      preconditionFailure("BnConfig holds bottlenecks only")
    }
    return form
  }

  static func configurations(
    _ parts: [AdapterHubPart], _ model: AdapterHubModel
  ) -> [[String: ConfigValue]] {
    var order: [Kind] = []
    var sizes: [Kind: [Int: Int]] = [:]
    for layer in model.layers {
      // Blocks of one layer that agree in everything, the size too, are written together.
      struct Sized: Hashable {
        let kind: Kind
        let size: Int
      }
      let here = Dictionary(grouping: parts.filter { $0.site.layer == layer }) { part in
        let form = form(part)
        return Sized(
          kind: Kind(wiring: form.wiring, activation: form.activation, scale: form.scale),
          size: form.down.shape[0])
      }
      let ordered = here.sorted {
        $0.value[0].site.point.rawValue < $1.value[0].site.point.rawValue
      }
      for (sized, members) in ordered {
        var kind = sized.kind
        kind.blocks = BottleneckFields.Blocks(Set(members.map(\.site.point)))
        if sizes[kind] == nil { order.append(kind) }
        sizes[kind, default: [:]][layer] = sized.size
      }
    }
    return order.map { kind in
      let layers = sizes[kind] ?? [:]
      var fields = BottleneckFields.template
      fields.merge(kind.blocks.fields) { $1 }
      fields.merge(BottleneckFields.fields(of: kind.wiring)) { $1 }
      fields["non_linearity"] = .text(BottleneckFields.name(of: kind.activation))
      fields["scaling"] = .number(Double(kind.scale))
      fields["init_weights"] = .text(kind.wiring == .branchInput ? "mam_adapter" : "bert")
      fields["reduction_factor"] = BottleneckFields.reductionFactors(
        layers, width: model.backbone.width)
      fields["leave_out"] = model.leaveOut(besides: Set(layers.keys))
      return fields
    }
  }

  static func tensors(_ parts: [AdapterHubPart], _ model: AdapterHubModel) -> [NamedTensor] {
    parts.flatMap { part in
      let form = form(part)
      let module = model.module(part.site)
      return [
        NamedTensor("\(module).adapter_down.0.weight", form.down),
        NamedTensor("\(module).adapter_down.0.bias", form.downBias),
        NamedTensor("\(module).adapter_up.weight", form.up),
        NamedTensor("\(module).adapter_up.bias", form.upBias),
      ]
    }
  }

  static func owns(_ configuration: AdapterHubConfiguration) -> Bool {
    configuration.fields["architecture"] == nil
      && configuration.fields["phm_layer"] != .flag(true)
  }

  static var defaults: [String: ConfigValue] { BottleneckFields.template }

  static let needed: Set<String> = [
    "mh_adapter", "output_adapter", "reduction_factor", "non_linearity", "original_ln_before",
  ]

  static let idle: Set<String> = [
    "init_weights", "init_weights_seed", "dropout", "cross_adapter", "stochastic_depth",
    "inv_adapter_reduction_factor", "phm_dim", "phm_rank", "phm_bias", "learn_phm",
    "shared_phm_rule", "factorized_phm_rule", "shared_W_phm", "factorized_phm_W", "phm_c_init",
    "phm_init_range", "hypercomplex_nonlinearity",
  ]

  static func read(
    _ configuration: AdapterHubConfiguration, _ tensors: UntakenTensors, _ model: AdapterHubModel
  ) throws -> [AdapterHubPart] {
    try configuration.require(BottleneckFields.template, besides: BottleneckFields.free)
    let width = model.backbone.width
    var parts: [AdapterHubPart] = []
    for layer in try configuration.layers(of: model) {
      let size = try BottleneckFields.bottleneck(configuration, layer: layer, width: width)
      for point in try BottleneckFields.Blocks(configuration).points {
        let site = InsertionSite(layer: layer, point: point)
        let module = model.module(site)
        let form = CanonicalForm.Bottleneck(
          down: try tensors.parameter("\(module).adapter_down.0.weight", [size, width]),
          downBias: try tensors.parameter("\(module).adapter_down.0.bias", [size]),
          up: try tensors.parameter("\(module).adapter_up.weight", [width, size]),
          upBias: try tensors.parameter("\(module).adapter_up.bias", [width]),
          activation: try BottleneckFields.activation(configuration),
          scale: Float(try configuration.real("scaling")),
          wiring: try BottleneckFields.wiring(configuration))
        parts.append(AdapterHubPart(site: site, method: "bottleneck", form: .bottleneck(form)))
      }
    }
    return parts
  }

  static func attach(
    _ configuration: AdapterHubConfiguration, _ tensors: UntakenTensors,
    to model: AdapterHubModel
  ) throws {
    for part in try read(configuration, tensors, model) {
      model.backbone.attach(LoadedBottleneck(form(part)), at: part.site)
    }
  }
}

/// A bottleneck as the library computes it, in the words of this program.
///
/// delta(z) = s · (Up σ(Down z + c_d) + c_u); z: [T, D] → [T, D].
final class LoadedBottleneck: HiddenAdapter {
  private let form: CanonicalForm.Bottleneck

  init(_ form: CanonicalForm.Bottleneck) { self.form = form }

  var parameters: [Parameter] { [] }

  var canonicalForm: CanonicalForm { .bottleneck(form) }

  /// What the bottleneck reads of a branch.
  func read(_ branch: ResidualBranch, tape: Tape) -> Tensor {
    switch form.wiring {
    case .branchOutput: branch.output
    case .closedBranch: branch.closingNorm(branch.output, residual: branch.input, tape: tape)
    case .branchInput: branch.input
    }
  }

  func delta(_ branch: ResidualBranch, tape: Tape) -> Tensor {
    let inner = tape.linear(
      read(branch, tape: tape), weight: tape.parameter(form.down),
      bias: tape.parameter(form.downBias))
    let outer = tape.linear(
      form.activation(inner, tape: tape), weight: tape.parameter(form.up),
      bias: tape.parameter(form.upBias))
    return tape.scaled(outer, by: form.scale)
  }
}
