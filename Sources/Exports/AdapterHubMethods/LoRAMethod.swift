import Checkpoints
import LinearAlgebra
import NeuralNets
import TensorCore

/// `LoRAConfig`: W + (alpha / r) · B A at the same maps of all its layers, with one rank.
///
/// An adapter of the library has one configuration of this kind. Smaller ranks are filled up with
/// zero rows of A and zero columns of B, maps that a layer does not adapt get zero factors, and a
/// scale that differs from the others is multiplied into B: the sums stay exactly the same.
///
/// Reference: adapter-hub/adapters src/adapters/methods/lora.py, `LoRA`.
enum LoRAMethod: ImportableAdapterHubMethod {
  static func holds(_ form: CanonicalForm) -> Bool {
    switch form {
    case .lowRank, .magnitude: true
    default: false
    }
  }

  static func refusal(_ parts: [AdapterHubPart]) -> String? {
    for part in parts {
      if case .magnitude = part.form {
        return "DoRA of AdapterHub computes another map than '\(part.method)': it rescales the bias"
          + " too and leaves the update unscaled."
      }
    }
    if parts.allSatisfy({ pair($0).rank == 0 }) { return "no rank is left in any map." }
    return LoRAFields.refusal(parts)
  }

  private static func pair(_ part: AdapterHubPart) -> CanonicalForm.LowRankPair {
    guard case .lowRank(let pair) = part.form else {
      preconditionFailure("LoRAConfig holds low-rank pairs only")
    }
    return pair
  }

  /// The scale of all pairs with a rank; nil where they differ.
  private static func commonScale(_ parts: [AdapterHubPart]) -> Float? {
    let scales = Set(parts.map(pair).filter { $0.rank > 0 }.map(\.scale))
    return scales.count == 1 ? scales.first : nil
  }

  private static func rank(_ parts: [AdapterHubPart]) -> Int {
    parts.map { pair($0).rank }.max() ?? 1
  }

  static func configurations(
    _ parts: [AdapterHubPart], _ model: AdapterHubModel
  ) -> [[String: ConfigValue]] {
    let rank = rank(parts)
    let alpha = Double(commonScale(parts) ?? 1) * Double(rank)
    var fields = LoRAFields.template
    fields.merge(
      LoRAFields.fields(
        LoRAFields.points(parts), layers: Set(parts.map(\.site.layer)), model)
    ) { $1 }
    fields["r"] = .integer(rank)
    fields["alpha"] = Int(exactly: alpha).map { .integer($0) } ?? .number(alpha)
    return [fields]
  }

  static func tensors(_ parts: [AdapterHubPart], _ model: AdapterHubModel) -> [NamedTensor] {
    let rank = rank(parts)
    let common = commonScale(parts)
    let pairs = Dictionary(uniqueKeysWithValues: parts.map { ($0.site, pair($0)) })
    let points = LoRAFields.points(parts)
    return Set(parts.map(\.site.layer)).sorted().flatMap { layer in
      points.flatMap { point -> [NamedTensor] in
        let site = InsertionSite(layer: layer, point: point)
        let linear = model.linear(layer, point)
        let module = model.module(site)
        let own = pairs[site]
        let filled = own?.filled(to: rank, scale: common ?? 1)
        return [
          NamedTensor(
            name: "\(module).lora_A", shape: [rank, linear.inputWidth],
            values: filled?.a ?? Array(repeating: 0, count: rank * linear.inputWidth)),
          NamedTensor(
            name: "\(module).lora_B", shape: [linear.outputWidth, rank],
            values: filled?.b ?? Array(repeating: 0, count: rank * linear.outputWidth)),
        ]
      }
    }
  }

  static func owns(_ configuration: AdapterHubConfiguration) -> Bool {
    configuration.fields["architecture"] == .text("lora")
      && configuration.fields["composition_mode"] == .text("add")
  }

  static var defaults: [String: ConfigValue] { LoRAFields.template }

  static let needed: Set<String> = ["selfattn_lora", "attn_matrices", "r", "alpha"]

  static let idle: Set<String> = ["init_weights", "init_weights_seed", "dropout", "dtype"]

  static func read(
    _ configuration: AdapterHubConfiguration, _ tensors: UntakenTensors, _ model: AdapterHubModel
  ) throws -> [AdapterHubPart] {
    try configuration.require(LoRAFields.template, besides: LoRAFields.free)
    let rank = try configuration.integer("r")
    guard (1...8192).contains(rank) else {
      throw configuration.fault("r", expected: "a whole number from 1 to 8192")
    }
    let scale = Float(try configuration.number("alpha") / Double(rank))
    return try configuration.layers(of: model).flatMap { layer in
      try LoRAFields.points(configuration).map { point in
        let linear = model.linear(layer, point)
        let site = InsertionSite(layer: layer, point: point)
        let module = model.module(site)
        let pair = CanonicalForm.LowRankPair(
          a: try tensors.take("\(module).lora_A", [rank, linear.inputWidth]),
          b: try tensors.take("\(module).lora_B", [linear.outputWidth, rank]), rank: rank,
          inputWidth: linear.inputWidth, outputWidth: linear.outputWidth, scale: scale)
        return AdapterHubPart(site: site, method: "lora", form: .lowRank(pair))
      }
    }
  }

  static func attach(
    _ configuration: AdapterHubConfiguration, _ tensors: UntakenTensors,
    to model: AdapterHubModel
  ) throws {
    for part in try read(configuration, tensors, model) {
      let pair = pair(part)
      let linear = model.linear(part.site.layer, part.site.point)
      let a = Matrix(
        rows: pair.rank, columns: pair.inputWidth, values: pair.a.map(Double.init))
      let b = Matrix(
        rows: pair.outputWidth, columns: pair.rank, values: pair.b.map(Double.init))
      let delta = Matrix.product(b, a).values
      linear.weight.assign(
        zip(linear.weight.array, delta).map { Float(Double($0) + Double(pair.scale) * $1) })
    }
  }
}
