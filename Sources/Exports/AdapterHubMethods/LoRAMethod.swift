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
enum LoRAMethod: AdapterHubMethod {
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
        let filled = own?.filled(to: rank, factor: common == nil ? own?.scale ?? 1 : 1)
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

  static func attach(
    _ configuration: AdapterHubConfiguration, _ tensors: AdapterHubTensors,
    to model: AdapterHubModel
  ) throws {
    let scale =
      try configuration.number("alpha") / Double(try configuration.integer("r"))
    func matrix(_ parameter: Parameter) -> Matrix {
      Matrix(
        rows: parameter.shape[0], columns: parameter.shape[1],
        values: parameter.array.map(Double.init))
    }
    for (site, pair) in try pairs(configuration, tensors, model) {
      let weight = model.linear(site.layer, site.point).weight
      let delta = Matrix.product(matrix(pair.b), matrix(pair.a)).values
      weight.assign(zip(weight.array, delta).map { Float(Double($0) + scale * $1) })
    }
  }

  /// The factors A [R, in] and B [out, R] of a configuration, each pair with its site.
  static func pairs(
    _ configuration: AdapterHubConfiguration, _ tensors: AdapterHubTensors, _ model: AdapterHubModel
  ) throws -> [(InsertionSite, (a: Parameter, b: Parameter))] {
    try configuration.require(LoRAFields.template, besides: LoRAFields.free)
    let rank = try configuration.integer("r")
    return try configuration.layers(of: model).flatMap { layer in
      try LoRAFields.points(configuration).map { point in
        let site = InsertionSite(layer: layer, point: point)
        let linear = model.linear(layer, point)
        let module = model.module(site)
        let a = try tensors.parameter("\(module).lora_A", [rank, linear.inputWidth])
        let b = try tensors.parameter("\(module).lora_B", [linear.outputWidth, rank])
        return (site, (a, b))
      }
    }
  }
}

extension CanonicalForm.LowRankPair {
  /// The same product with a larger inner width, B multiplied by a factor.
  fileprivate func filled(to larger: Int, factor: Float) -> (a: [Float], b: [Float]) {
    let rows = a + Array(repeating: 0, count: (larger - rank) * inputWidth)
    let columns = (0..<outputWidth).flatMap { (row: Int) -> [Float] in
      b[row * rank..<(row + 1) * rank].map { factor * $0 }
        + Array(repeating: 0, count: larger - rank)
    }
    return (rows, columns)
  }
}
