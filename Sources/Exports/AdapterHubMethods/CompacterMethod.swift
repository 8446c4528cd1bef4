import Checkpoints
import LinearAlgebra
import NeuralNets
import TensorCore

/// `CompacterConfig` and `CompacterPlusPlusConfig`: a `BnConfig` with `phm_layer`.
///
/// An adapter of the library has one configuration of this kind, with a map of reduction factors
/// where sizes differ by layer. Where layers do not share the factors A_i, every map gets its own
/// copy (`shared_phm_rule` false).
///
/// Reference: adapter-hub/adapters src/adapters/methods/modeling.py, `PHMLayer`.
enum CompacterMethod: AdapterHubMethod {
  static func holds(_ form: CanonicalForm) -> Bool {
    if case .hypercomplex = form { return true }
    return false
  }

  private static func form(_ part: AdapterHubPart) -> CanonicalForm.HypercomplexBottleneck {
    guard case .hypercomplex(let form) = part.form else {
      preconditionFailure("a PHM configuration holds hypercomplex bottlenecks only")
    }
    return form
  }

  /// What must be the same everywhere.
  private struct Kind: Hashable {
    let wiring: CanonicalForm.Bottleneck.Wiring
    let activation: Activation
    let terms: Int
    let rank: Int

    init(_ form: CanonicalForm.HypercomplexBottleneck) {
      wiring = form.wiring
      activation = form.activation
      terms = form.rule.shape[0]
      rank = form.down.left.shape[2]
    }
  }

  static func refusal(_ parts: [AdapterHubPart]) -> String? {
    let byLayer = Dictionary(grouping: parts, by: \.site.layer)
    let blocks = byLayer.values.map { BottleneckFields.Blocks(Set($0.map(\.site.point))) }
    let sizes = byLayer.values.map { Set($0.map { form($0).down.bias.shape[0] }) }
    guard Set(parts.map { Kind(form($0)) }).count == 1, Set(blocks).count == 1,
      sizes.allSatisfy({ $0.count == 1 })
    else {
      return "an adapter of AdapterHub has one Compacter configuration, and its placement,"
        + " activation, number of terms or factor rank differ by layer here."
    }
    return nil
  }

  /// The shared factors, each once.
  private static func rules(_ parts: [AdapterHubPart]) -> [Parameter] {
    var seen: Set<ObjectIdentifier> = []
    return parts.map { form($0).rule }.filter { seen.insert(ObjectIdentifier($0)).inserted }
  }

  static func configurations(
    _ parts: [AdapterHubPart], _ model: AdapterHubModel
  ) -> [[String: ConfigValue]] {
    let kind = Kind(form(parts[0]))
    let sizes = Dictionary(
      parts.map { ($0.site.layer, form($0).down.bias.shape[0]) }, uniquingKeysWith: { $1 })
    var fields = BottleneckFields.template
    fields.merge(BottleneckFields.Blocks(Set(parts.map(\.site.point))).fields) { $1 }
    fields.merge(BottleneckFields.fields(of: kind.wiring)) { $1 }
    fields["non_linearity"] = .text(BottleneckFields.name(of: kind.activation))
    fields["reduction_factor"] = BottleneckFields.reductionFactors(
      sizes, width: model.backbone.width)
    fields["leave_out"] = model.leaveOut(besides: Set(sizes.keys))
    fields["phm_layer"] = .flag(true)
    fields["phm_dim"] = .integer(kind.terms)
    fields["phm_rank"] = .integer(kind.rank)
    fields["shared_phm_rule"] = .flag(rules(parts).count == 1)
    return [fields]
  }

  static func tensors(_ parts: [AdapterHubPart], _ model: AdapterHubModel) -> [NamedTensor] {
    let rules = rules(parts)
    let shared =
      rules.count == 1
      ? [NamedTensor("\(model.shared("shared_parameters")).phm_rule", rules[0])] : []
    return shared
      + parts.flatMap { part in
        let form = form(part)
        let module = model.module(part.site)
        let maps = [("adapter_down.0", form.down), ("adapter_up", form.up)]
        return maps.flatMap { name, map in
          [
            NamedTensor("\(module).\(name).W_left", map.left),
            NamedTensor("\(module).\(name).W_right", map.right),
            NamedTensor("\(module).\(name).b", map.bias),
          ] + (rules.count == 1 ? [] : [NamedTensor("\(module).\(name).phm_rule", form.rule)])
        }
      }
  }

  static func owns(_ configuration: AdapterHubConfiguration) -> Bool {
    configuration.fields["architecture"] == nil
      && configuration.fields["phm_layer"] == .flag(true)
  }

  static func attach(
    _ configuration: AdapterHubConfiguration, _ tensors: UntakenTensors,
    to model: AdapterHubModel
  ) throws {
    try configuration.require(BottleneckFields.template, besides: BottleneckFields.free)
    let width = model.backbone.width
    let terms = try configuration.integer("phm_dim")
    let shape = [terms, terms, terms]
    let shared =
      try configuration.flag("shared_phm_rule")
      ? try tensors.take("\(model.shared("shared_parameters")).phm_rule", shape) : nil
    for layer in try configuration.layers(of: model) {
      let size = try BottleneckFields.bottleneck(configuration, layer: layer, width: width)
      for point in try BottleneckFields.Blocks(configuration).points {
        let site = InsertionSite(layer: layer, point: point)
        func map(_ name: String, from input: Int, to output: Int) throws -> (Parameter, Parameter) {
          let module = "\(model.module(site)).\(name)"
          let rank = try configuration.integer("phm_rank")
          let rule = try shared ?? tensors.take("\(module).phm_rule", shape)
          let matrix = sumOfProducts(
            rule: rule,
            left: try tensors.take("\(module).W_left", [terms, input / terms, rank]),
            right: try tensors.take("\(module).W_right", [terms, rank, output / terms]),
            terms: terms, rank: rank)
          let weight = Parameter(
            path: module, shape: Shape(output, input),
            values: matrix.transposed.values.map { Float($0) })
          return (weight, try tensors.parameter("\(module).b", [output]))
        }
        let (down, downBias) = try map("adapter_down.0", from: width, to: size)
        let (up, upBias) = try map("adapter_up", from: size, to: width)
        model.backbone.attach(
          LoadedBottleneck(
            CanonicalForm.Bottleneck(
              down: down, downBias: downBias, up: up, upBias: upBias,
              activation: try BottleneckFields.activation(configuration),
              scale: Float(try configuration.real("scaling")),
              wiring: try BottleneckFields.wiring(configuration))), at: site)
      }
    }
  }

  /// H = Σ A_i ⊗ (L_i R_i) [in, out], A: [n, n, n], L: [n, in/n, r], R: [n, r, out/n].
  private static func sumOfProducts(
    rule: [Float], left: [Float], right: [Float], terms: Int, rank: Int
  ) -> Matrix {
    let rows = left.count / (terms * rank)
    let columns = right.count / (terms * rank)
    var sum = Matrix(rows: terms * rows, columns: terms * columns)
    for term in 0..<terms {
      let inner = Matrix.product(
        Matrix(
          rows: rows, columns: rank,
          values: left[term * rows * rank..<(term + 1) * rows * rank].map(Double.init)),
        Matrix(
          rows: rank, columns: columns,
          values: right[term * rank * columns..<(term + 1) * rank * columns].map(Double.init)))
      for (i, j) in (0..<terms * terms).map({ ($0 / terms, $0 % terms) }) {
        let factor = Double(rule[(term * terms + i) * terms + j])
        for row in 0..<rows {
          for column in 0..<columns {
            sum[i * rows + row, j * columns + column] += factor * inner[row, column]
          }
        }
      }
    }
    return sum
  }
}
