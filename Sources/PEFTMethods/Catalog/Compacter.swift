public import LinearAlgebra
public import NeuralNets
public import SearchSpaces
import TensorCore

/// A bottleneck whose maps are sums of Kronecker products with shared left factors.
///
/// E(z) = σ(z H_d + c_d) H_u + c_u,   H = Σ_{i=1..n} A_i ⊗ (L_i R_i)
///
/// with A_i: [n, n] shared by both maps of all layers that hold an equal instance, and L_i: [in/n, r],
/// R_i: [r, out/n] of each map's own; H_d: [D, b], H_u: [b, D]. n is the largest number not above
/// `division` that divides both D and b.
/// - Compacter: y = LN(u + E(u) + x) at both blocks of a layer.
/// - Compacter++: y = LN(u + E(LN(u + x)) + x) at the feed-forward block, wired as AdapterHub does.
///
/// The norms of the backbone stay frozen, as in AdapterHub; the official code trains them, which
/// `bitfit` with the norm terms does for their shifts.
/// - Trained = deployed: 2·r·(D + b) + b + D for each bottleneck, and n³ once for the shared A_i;
///   published (the paper's formula) the same.
/// - Nearly the identity at the start: A_i ~ N(0, 0.01²). Not mergeable.
///
/// Reference: arXiv 2106.04647, section 3; rabeehk/compacter seq2seq/hypercomplex/layers.py;
/// adapter-hub/adapters `CompacterConfig`, `CompacterPlusPlusConfig`.
public struct Compacter: PEFTMethod {
  /// Which blocks get a bottleneck.
  public enum Placement: String, CaseIterable, Sendable {
    /// Both blocks, reading their outputs.
    case both
    /// The feed-forward block, reading the normed sum.
    case feedForward = "feed-forward"

    var points: [InsertionPoint] {
      self == .both ? [.attentionBlock, .feedForwardBlock] : [.feedForwardBlock]
    }

    var wiring: CanonicalForm.Bottleneck.Wiring {
      self == .both ? .branchOutput : .closedBranch
    }
  }

  public static let schema = MethodSchema(
    name: "compacter",
    summary: "A bottleneck of Kronecker products with shared factors (Compacter, Compacter++).",
    scope: .layer,
    parameters: [
      ParameterSchema(
        "placement", .choice(Placement.allCases.map(\.rawValue)),
        default: .text(Placement.both.rawValue),
        "'both': after each block, Compacter; 'feed-forward': after that block alone, Compacter++."),
      ParameterSchema(
        "bottleneck", .integer(1...8192), default: .integer(24),
        "b, the inner width; the default is D/32 of BERT-base, as in the paper."),
      ParameterSchema(
        "division", .integer(1...64), default: .integer(4),
        "n, the number of terms and the size of the shared factors; 4 in the paper's main runs."),
      ParameterSchema(
        "factor-rank", .integer(1...64), default: .integer(1),
        "r, the rank of L_i R_i; 1 in the paper."),
      BottleneckSettings.activation(
        default: .gelu, "AdapterHub's default; the official code has its tanh approximation."),
      .learningRate,
    ],
    sizeParameter: "bottleneck",
    references: [
      "Karimi Mahabadi et al. 2021, arXiv 2106.04647", "rabeehk/compacter",
      "adapter-hub/adapters: CompacterConfig, CompacterPlusPlusConfig",
    ],
    countFormula: "2·r·(D + b) + b + D for each bottleneck and n³ once; 'both' has two in a layer",
    isMergeable: false,
    parameterCounts: counting { (method: Compacter, shape) in
      let sum = shape.width + method.bottleneck
      let count = method.placement.points.count * (2 * method.factorRank * sum + sum)
      return ParameterCounts(trained: count, deployed: count, published: count)
    },
    sharedCounts: counting { (method: Compacter, shape) in
      let terms = method.terms(width: shape.width)
      let count = terms * terms * terms
      return ParameterCounts(trained: count, deployed: count, published: count)
    })

  public let placement: Placement
  public let bottleneck: Int
  public let division: Int
  public let factorRank: Int
  public let activation: Activation
  public let learningRate: Double?
  public let deployed: MethodInstance

  public init(_ instance: MethodInstance) throws(MethodError) {
    let values = try MethodValues(instance, schema: Self.schema)
    placement = values.choice("placement")
    bottleneck = values.integer("bottleneck")
    division = values.integer("division")
    factorRank = values.integer("factor-rank")
    activation = values.choice("activation")
    learningRate = values.learningRate
    deployed = values.complete
  }

  public var startsAsIdentity: Bool { false }

  /// n for a hidden width.
  private func terms(width: Int) -> Int {
    (1...division).last { width % $0 == 0 && bottleneck % $0 == 0 } ?? 1
  }

  public func attach(
    to host: any AdapterHost, layers: [Int], key: RandomKey
  ) throws(MethodError) -> Attachment {
    var attachment = Attachment()
    guard let first = layers.first else { return attachment }
    let terms = terms(width: host.width)
    let name = "compacter.rule"
    let rule = Parameter.trained(
      tensorName(layer: first, name), shape: Shape(terms, terms, terms),
      .normal(deviation: 0.01), key: key.derived(first).derived(name))
    attachment.record(
      [rule], kind: .added, method: Self.schema.name, learningRate: learningRate)
    for layer in layers {
      for point in placement.points {
        let site = InsertionSite(layer: layer, point: point)
        try host.requireSite(site, for: Self.schema.name)
        let tensors = SiteTensors(site, key: key)
        let adapter = CompacterAdapter(
          down: map("down", tensors, rule, from: host.width, to: bottleneck),
          up: map("up", tensors, rule, from: bottleneck, to: host.width), rule: rule,
          activation: activation, wiring: placement.wiring)
        host.attach(adapter, at: site)
        attachment.adapters.append(
          PlacedAdapter(method: Self.schema.name, site: site, adapter: adapter))
        attachment.record(
          adapter.ownParameters, kind: .added, method: Self.schema.name,
          learningRate: learningRate)
      }
    }
    return attachment
  }

  private func map(
    _ name: String, _ tensors: SiteTensors, _ rule: Parameter, from input: Int, to output: Int
  ) -> HypercomplexMap {
    let terms = rule.shape[0]
    func factor(_ local: String, _ rows: Int, _ columns: Int) -> Parameter {
      // Glorot's uniform of each slice with gain √2.
      tensors.trained(
        "compacter.\(name).\(local)", Shape(terms, rows, columns),
        .uniform(bound: (12 / Double(rows + columns)).squareRoot()))
    }
    return HypercomplexMap(
      left: factor("left", input / terms, factorRank),
      right: factor("right", factorRank, output / terms),
      bias: tensors.trained("compacter.\(name).bias", Shape(output), .zeros))
  }
}

/// z H + c with H = Σ A_i ⊗ (L_i R_i), L: [n, in/n, r], R: [n, r, out/n].
private struct HypercomplexMap {
  let left: Parameter
  let right: Parameter
  let bias: Parameter

  var parameters: [Parameter] { [left, right, bias] }

  var form: CanonicalForm.HypercomplexBottleneck.Map {
    CanonicalForm.HypercomplexBottleneck.Map(left: left, right: right, bias: bias)
  }

  func callAsFunction(_ z: Tensor, rule: Tensor, tape: Tape) -> Tensor {
    let terms = left.shape[0]
    func stacked(_ factor: Parameter) -> Tensor {
      tape.reshape(
        tape.parameter(factor), Shape(terms * factor.shape[1], factor.shape[2]))
    }
    let inner = tape.blockMatmul(stacked(left), stacked(right), blocks: terms)
    let matrix = tape.kroneckerSum(
      tape.reshape(rule, Shape(terms * terms, terms)), inner, terms: terms)
    return tape.addBias(tape.matmul(z, matrix), tape.parameter(bias))
  }
}

/// The bottleneck of one block.
private final class CompacterAdapter: HiddenAdapter {
  private let down: HypercomplexMap
  private let up: HypercomplexMap
  private let rule: Parameter
  private let activation: Activation
  private let wiring: CanonicalForm.Bottleneck.Wiring

  init(
    down: HypercomplexMap, up: HypercomplexMap, rule: Parameter, activation: Activation,
    wiring: CanonicalForm.Bottleneck.Wiring
  ) {
    self.down = down
    self.up = up
    self.rule = rule
    self.activation = activation
    self.wiring = wiring
  }

  /// The tensors of this block alone.
  var ownParameters: [Parameter] { down.parameters + up.parameters }

  var parameters: [Parameter] { [rule] + ownParameters }

  var canonicalForm: CanonicalForm {
    .hypercomplex(
      CanonicalForm.HypercomplexBottleneck(
        rule: rule, down: down.form, up: up.form, activation: activation, wiring: wiring))
  }

  func delta(_ branch: ResidualBranch, tape: Tape) -> Tensor {
    let rule = tape.parameter(self.rule)
    let inner = down(branch.read(wiring, tape: tape), rule: rule, tape: tape)
    return up(activation(inner, tape: tape), rule: rule, tape: tape)
  }
}
