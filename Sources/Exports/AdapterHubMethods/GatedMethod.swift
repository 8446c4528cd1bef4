import Checkpoints
import LinearAlgebra
import NeuralNets
import TensorCore

/// `UniPELTConfig`: bottleneck, LoRA and prefix with `use_gating`, members of a union.
///
/// Each member is written as the ungated one of its kind, with its gates beside it. The library takes
/// the mean of a gate over all positions of a padded batch, this program over the sentence's own: they
/// agree on sentences that are not padded. Its gate stands in the place of α/R, so α is written as
/// R, a scale of 1.
///
/// Reference: adapter-hub/adapters src/adapters/methods/{modeling,lora,prefix_tuning}.py.
enum GatedMethod: AdapterHubMethod {
  /// One kind of gated part, by the method that holds the ungated one.
  private enum Kind: CaseIterable {
    case bottleneck
    case lowRank
    case prefix

    var method: any AdapterHubMethod.Type {
      switch self {
      case .bottleneck: BottleneckMethod.self
      case .lowRank: LoRAMethod.self
      case .prefix: PrefixMethod.self
      }
    }
  }

  static func holds(_ form: CanonicalForm) -> Bool {
    guard case .gated(_, let inner) = form else { return false }
    return Kind.allCases.contains { $0.method.holds(inner) }
  }

  /// The gate of a part, and the part without it.
  private static func split(
    _ part: AdapterHubPart
  ) -> (gate: SequenceGate, ungated: AdapterHubPart) {
    guard case .gated(let gate, let inner) = part.form else {
      preconditionFailure("a configuration with use_gating holds gated parts only")
    }
    return (gate, AdapterHubPart(site: part.site, method: part.method, form: inner))
  }

  /// The ungated parts of each kind that there is.
  private static func members(
    _ parts: [AdapterHubPart]
  ) -> [(kind: Kind, parts: [AdapterHubPart])] {
    let ungated = parts.map { split($0).ungated }
    return Kind.allCases.compactMap { kind in
      let own = ungated.filter { kind.method.holds($0.form) }
      return own.isEmpty ? nil : (kind, own)
    }
  }

  static func refusal(_ parts: [AdapterHubPart]) -> String? {
    members(parts).lazy.compactMap { $0.kind.method.refusal($0.parts) }.first
  }

  static func configurations(
    _ parts: [AdapterHubPart], _ model: AdapterHubModel
  ) -> [[String: ConfigValue]] {
    members(parts).flatMap { member in
      member.kind.method.configurations(member.parts, model).map { fields in
        fields.merging(["use_gating": .flag(true)]) { $1 }
      }
    }
  }

  static func tensors(_ parts: [AdapterHubPart], _ model: AdapterHubModel) -> [NamedTensor] {
    members(parts).flatMap { $0.kind.method.tensors($0.parts, model) }
      + parts.flatMap { part -> [NamedTensor] in
        let gate = split(part).gate
        let module = gateModule(part.site, model)
        return [
          NamedTensor("\(module).weight", gate.weight), NamedTensor("\(module).bias", gate.bias),
        ]
      }
  }

  /// The module of a site's gate.
  private static func gateModule(_ site: InsertionSite, _ model: AdapterHubModel) -> String {
    site.point == .attention
      ? "\(model.attention(site.layer)).prefix_tuning.prefix_gates.\(AdapterHubModel.adapterName)"
      : "\(model.module(site)).gate"
  }

  static func aliases(_ model: AdapterHubModel) -> [String: String] {
    PrefixMethod.aliases(model)
  }

  static func owns(_ configuration: AdapterHubConfiguration) -> Bool {
    configuration.fields["use_gating"] == .flag(true)
  }

  static func attach(
    _ configuration: AdapterHubConfiguration, _ tensors: UntakenTensors,
    to model: AdapterHubModel
  ) throws {
    let ungated = AdapterHubConfiguration(
      fields: configuration.fields.merging(["use_gating": .flag(false)]) { $1 },
      file: configuration.file)
    let methods: [any ImportableAdapterHubMethod.Type] = [
      LoRAMethod.self, PrefixMethod.self, BottleneckMethod.self,
    ]
    guard let method = methods.first(where: { $0.owns(ungated) }) else {
      throw configuration.fault("use_gating", expected: "false in this configuration")
    }
    for part in try method.read(ungated, tensors, model) {
      let module = gateModule(part.site, model)
      let gate = SequenceGate(
        weight: try tensors.parameter("\(module).weight", [1, model.backbone.width]),
        bias: try tensors.parameter("\(module).bias", [1]))
      attach(part, gate: gate, to: model)
    }
  }

  private static func attach(
    _ part: AdapterHubPart, gate: SequenceGate, to model: AdapterHubModel
  ) {
    switch part.form {
    case .lowRank(let pair):
      model.backbone.attach(LoadedGatedPair(pair, gate: gate), at: part.site)
    case .prefix(let keys, let values, let length):
      let shape = Shape(length, model.backbone.width)
      let prefix = ReadPrefix(
        keys: Parameter(path: "prefix", shape: shape, values: keys),
        values: Parameter(path: "prefix", shape: shape, values: values))
      model.backbone.attach(LoadedGatedPrefix(prefix, gate: gate), at: part.site)
    case .bottleneck(let form):
      model.backbone.attach(LoadedGatedBottleneck(form, gate: gate), at: part.site)
    default: preconditionFailure("only bottlenecks, low-rank pairs and prefixes are read here")
    }
  }
}

/// y + g(x) · (x Aᵀ) Bᵀ, as the library computes it where `use_gating` is set.
private final class LoadedGatedPair: LinearAdapter {
  private let a: Parameter
  private let b: Parameter
  private let gate: SequenceGate

  init(_ pair: CanonicalForm.LowRankPair, gate: SequenceGate) {
    a = Parameter(path: "a", shape: Shape(pair.rank, pair.inputWidth), values: pair.a)
    b = Parameter(path: "b", shape: Shape(pair.outputWidth, pair.rank), values: pair.b)
    self.gate = gate
  }

  var parameters: [Parameter] { [] }
  var worksRowByRow: Bool { false }
  var canonicalForm: CanonicalForm { .other }

  func adapted(_ y: Tensor, input x: Tensor, tape: Tape) -> Tensor {
    let update = tape.linear(
      tape.linear(x, weight: tape.parameter(a)), weight: tape.parameter(b))
    return tape.add(y, gate.scale(update, reading: x, tape: tape))
  }
}

/// Keys and values times a gate for each sequence.
private final class LoadedGatedPrefix: AttentionAdapter {
  private let inner: ReadPrefix
  private let gate: SequenceGate

  init(_ inner: ReadPrefix, gate: SequenceGate) {
    self.inner = inner
    self.gate = gate
  }

  var parameters: [Parameter] { [] }
  var worksRowByRow: Bool { false }
  var canonicalForm: CanonicalForm { .gated(gate, inner.canonicalForm) }

  func prefix(_ x: Tensor, tape: Tape) -> AttentionPrefix {
    let flat = inner.prefix(x, tape: tape)
    return gate.scale(keys: flat.keys, values: flat.values, reading: x, tape: tape)
  }
}

/// g(z) · s · (Up σ(Down z + c_d) + c_u).
private final class LoadedGatedBottleneck: HiddenAdapter {
  private let inner: LoadedBottleneck
  private let gate: SequenceGate

  init(_ form: CanonicalForm.Bottleneck, gate: SequenceGate) {
    inner = LoadedBottleneck(form)
    self.gate = gate
  }

  var parameters: [Parameter] { [] }
  var worksRowByRow: Bool { false }
  var canonicalForm: CanonicalForm { .gated(gate, inner.canonicalForm) }

  func delta(_ branch: ResidualBranch, tape: Tape) -> Tensor {
    let delta = inner.delta(branch, tape: tape)
    return gate.scale(delta, reading: inner.read(branch, tape: tape), tape: tape)
  }
}
