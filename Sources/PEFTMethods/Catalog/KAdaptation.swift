public import LinearAlgebra
public import NeuralNets
public import SearchSpaces
import TensorCore

/// A sum of Kronecker products whose left factors all layers share, as the update of a weight.
///
/// W' = W + s · Σ_{i=1..n} A_i ⊗ (B_i C_i),   A_i = l_i r_i
///
/// with l_i: [n, 1] and r_i: [1, n] shared by the same map of all layers that hold an equal instance,
/// and B_i: [out/n, R], C_i: [R, in/n] of each map's own. n is the largest number not above `division`
/// that divides both widths of the map.
/// - Trained = deployed = published: R·(in + out) for each target of each layer, and 2·n² once for
///   each target.
/// - An attached map equals the frozen one: B starts at zero, C as Glorot's uniform draw, l and r
///   uniform in ± 0.01.
/// - Merge: as above, exact up to rounding.
///
/// The official code starts B and C both at zero with its default, so that no gradient reaches the
/// products; it drops half of Δ while training and adds a bias of its own, which are not included.
///
/// Reference: arXiv 2203.16329, section 3; eric-ai-lab/PEViT vision_benchmark/evaluation/model.py.
public struct KAdaptation: PEFTMethod {
  public static let schema = MethodSchema(
    name: "kadaptation",
    summary: "A sum of Kronecker products with shared factors as an update (KAdaptation).",
    scope: .layer,
    parameters: [
      LinearTarget.parameter("query and value as in the paper."),
      ParameterSchema(
        "division", .integer(1...64), default: .integer(32),
        "n, the number of terms and the size of the shared factors; 32 in the paper."),
      ParameterSchema(
        "rank", .integer(1...1024), default: .integer(1), "R, the rank of B_i C_i; 1 in the paper."
      ),
      ParameterSchema(
        "scale", .number(0.01...1024), default: .number(160),
        "s, the constant factor of the update; 160 in the official code."),
      .learningRate,
    ],
    sizeParameter: "rank",
    references: ["He et al. 2023 (KAdaptation), arXiv 2203.16329", "eric-ai-lab/PEViT"],
    countFormula: "R·(in + out) for each target, and 2·n² once for each",
    isMergeable: true,
    parameterCounts: counting { (method: KAdaptation, shape) in
      return method.targets.counts { method.rank * ($0.input(shape) + $0.output(shape)) }
    },
    sharedCounts: counting { (method: KAdaptation, shape) in
      return method.targets.counts {
        let terms = method.terms(input: $0.input(shape), output: $0.output(shape))
        return 2 * terms * terms
      }
    })

  public let targets: [LinearTarget]
  public let division: Int
  public let rank: Int
  public let scale: Double
  public let learningRate: Double?
  public let deployed: MethodInstance

  public init(_ instance: MethodInstance) throws(MethodError) {
    let values = try MethodValues(instance, schema: Self.schema)
    targets = values.subset("targets")
    division = values.integer("division")
    rank = values.integer("rank")
    scale = values.number("scale")
    learningRate = values.learningRate
    deployed = values.complete
  }

  public var startsAsIdentity: Bool { true }

  /// n for a map.
  private func terms(input: Int, output: Int) -> Int {
    (1...division).last { input % $0 == 0 && output % $0 == 0 } ?? 1
  }

  public func attach(
    to host: any AdapterHost, layers: [Int], key: RandomKey
  ) throws(MethodError) -> Attachment {
    var attachment = Attachment()
    guard let first = layers.first else { return attachment }
    for target in targets {
      let site = InsertionSite(layer: first, point: target.point)
      let linear = try host.requireLinear(site, for: Self.schema.name)
      let terms = terms(input: linear.inputWidth, output: linear.outputWidth)
      let tensors = SiteTensors(site, key: key)
      let rule = SharedRule(
        left: tensors.trained(
          "kadaptation_left", Shape(terms, terms, 1), .uniform(bound: 0.01)),
        right: tensors.trained(
          "kadaptation_right", Shape(terms, 1, terms), .uniform(bound: 0.01)))
      attachment.record(
        [rule.left, rule.right], kind: .added, method: Self.schema.name, learningRate: learningRate)
      for layer in layers {
        let site = InsertionSite(layer: layer, point: target.point)
        let linear = try host.requireLinear(site, for: Self.schema.name)
        let update = update(linear, rule, SiteTensors(site, key: key))
        let adapter = DeltaAdapter(
          update, linear: linear, label: SiteTensors(site, key: key).name("kadaptation"))
        host.attach(adapter, at: site)
        attachment.adapters.append(
          PlacedAdapter(method: Self.schema.name, site: site, adapter: adapter))
        attachment.record(
          [update.b, update.c], kind: .added, method: Self.schema.name,
          learningRate: learningRate)
      }
    }
    return attachment
  }

  private func update(
    _ linear: Linear, _ rule: SharedRule, _ tensors: SiteTensors
  ) -> SharedKroneckerUpdate {
    let terms = rule.terms
    let (rows, columns) = (linear.outputWidth / terms, linear.inputWidth / terms)
    return SharedKroneckerUpdate(
      rule: rule, b: tensors.trained("kadaptation_B", Shape(terms, rows, rank), .zeros),
      c: tensors.trained(
        "kadaptation_C", Shape(terms, rank, columns),
        .uniform(bound: (6 / Double(rank + columns)).squareRoot())),
      scale: Float(scale))
  }
}

/// A_i = l_i r_i, l: [n, n, 1], r: [n, 1, n].
private struct SharedRule {
  let left: Parameter
  let right: Parameter

  var terms: Int { left.shape[0] }
}

/// Δ = s · Σ (l_i r_i) ⊗ (B_i C_i), B: [n, out/n, R], C: [n, R, in/n].
private struct SharedKroneckerUpdate: WeightUpdate {
  let rule: SharedRule
  let b: Parameter
  let c: Parameter
  let scale: Float

  var parameters: [Parameter] { [rule.left, rule.right, b, c] }

  func delta(of weight: Tensor, tape: Tape) -> Tensor {
    func products(_ first: Parameter, _ second: Parameter) -> Tensor {
      func stacked(_ factor: Parameter) -> Tensor {
        tape.reshape(tape.parameter(factor), Shape(rule.terms * factor.shape[1], factor.shape[2]))
      }
      return tape.blockMatmul(stacked(first), stacked(second), blocks: rule.terms)
    }
    return tape.scaledUnlessOne(
      tape.kroneckerSum(products(rule.left, rule.right), products(b, c), terms: rule.terms),
      by: scale)
  }
}
