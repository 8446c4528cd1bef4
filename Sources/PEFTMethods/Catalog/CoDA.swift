public import LinearAlgebra
public import NeuralNets
public import SearchSpaces
import TensorCore

/// A bottleneck for all tokens, and the frozen layer for those alone that a router chooses (CoDA).
///
/// Y = X + A(LN(X)) + m ⊙ B(X),   A(z) = s·(σ(z Dᵀ + c_d) Uᵀ + c_u),   D: [b, D], U: [D, b]
///
/// B(X) is what both frozen blocks of the layer add, computed for k = ⌈n/ρ⌉ of a text's n tokens: those
/// with the largest scores s = LN(X) wᵀ, w: [1, D]. m is 0 for the others and, for those, their share of
/// a soft top-k of all scores, which adds up to k; it is how w gets a gradient. With ρ = 1 and U = 0 the
/// layer is the frozen one.
///
/// It needs layers whose norms come before their blocks: behind them X + … would not be what the next
/// layer's weights were trained to read, and the paper does not say what to do. The paper teaches the
/// router on unlabelled text first, which is not included. Costs count the frozen layer for all
/// tokens. Which tokens are chosen depends on the whole text, so a decoder that reads from left to right
/// cannot have it.
/// - Trained = deployed = published: 2·D·b + b + D, and D for the router, in each layer.
/// - Not mergeable.
///
/// Reference: arXiv 2304.04947, section 3. No code of the authors is published: where the norm stands and
/// how w starts are as read here.
public struct CoDA: PEFTMethod {
  public static let schema = MethodSchema(
    name: "coda",
    summary: "A bottleneck for all tokens, the frozen layer for some (CoDA); pre-LN layers only.",
    scope: .layer,
    parameters: [
      BottleneckSettings.size,
      ParameterSchema(
        "reduction", .integer(1...64), default: .integer(3),
        "ρ: one token of so many goes through the frozen layer, rounded up; the paper measures 3 and "
          + "5, and 1 takes all."),
      ParameterSchema(
        "context", .choice(LayerPass.Context.allCases.map(\.rawValue)),
        default: .text(LayerPass.Context.all.rawValue),
        "What chosen tokens attend to: 'all' tokens of the text, the paper's better choice, or the "
          + "'chosen' ones alone, its faster one."),
      ParameterSchema(
        "smoothness", .number(0.001...10), default: .number(0.03),
        "ε of the soft top-k; 0.03 for text in the paper."),
      BottleneckSettings.activation(default: .relu, "ReLU as in other bottlenecks."),
      BottleneckSettings.initialisation(
        default: .mam, "'mam' leaves a chosen token's layer nearly as it was."),
      .learningRate,
    ],
    sizeParameter: "bottleneck",
    references: ["Lei et al. 2023, arXiv 2304.04947"],
    countFormula: "2·D·b + b + 2·D",
    isMergeable: false,
    parameterCounts: counting { (method: CoDA, shape) in
      let bottleneck = BottleneckSettings.counts(
        method.settings.size, width: shape.width, sites: 1)
      let all = bottleneck.deployed + shape.width
      return ParameterCounts(trained: all, deployed: all, published: all)
    },
    refusal: { _, shape in
      shape.normsComeFirst
        ? nil
        : "needs layers whose norms come before their blocks, and this backbone's come behind them. "
          + "Leave it out, or take a parallel-adapter, which is its bottleneck alone"
    })

  public let reduction: Int
  public let context: LayerPass.Context
  public let smoothness: Double
  public let learningRate: Double?
  public let deployed: MethodInstance
  let settings: BottleneckSettings

  public init(_ instance: MethodInstance) throws(MethodError) {
    let values = try MethodValues(instance, schema: Self.schema)
    settings = BottleneckSettings(
      size: values.integer("bottleneck"), activation: values.choice("activation"),
      initialisation: values.choice("init"), dropout: 0, scale: 1)
    reduction = values.integer("reduction")
    context = values.choice("context")
    smoothness = values.number("smoothness")
    learningRate = values.learningRate
    deployed = values.complete
  }

  public var startsAsIdentity: Bool { reduction == 1 && settings.initialisation == .mam }

  public func attach(
    to host: any AdapterHost, layers: [Int], key: RandomKey
  ) throws(MethodError) -> Attachment {
    var attachment = Attachment()
    for layer in layers {
      let site = InsertionSite(layer: layer, point: .layer)
      try host.requireFree(site, for: Self.schema.name)
      let adapter = ConditionalLayer(self, site: site, width: host.width, key: key)
      host.attach(adapter, at: site)
      attachment.record(
        adapter, method: Self.schema.name, site: site, learningRate: learningRate)
    }
    return attachment
  }
}

/// The router and the bottleneck of one layer.
private final class ConditionalLayer: LayerAdapter {
  private let method: CoDA
  private let bottleneck: BottleneckAdapter
  /// w [1, D].
  private let router: Parameter

  init(_ method: CoDA, site: InsertionSite, width: Int, key: RandomKey) {
    self.method = method
    let name = CoDA.schema.name
    bottleneck = BottleneckAdapter.make(
      method: name, site: site, width: width, settings: method.settings, wiring: .branchInput,
      key: key)
    let local = "\(site.point.rawValue).\(name).router"
    router = Parameter.trained(
      tensorName(layer: site.layer, local), shape: Shape(1, width), .normal(deviation: 0.02),
      key: key.derived(site.layer).derived(local))
  }

  var parameters: [Parameter] { bottleneck.parameters + [router] }
  var canonicalForm: CanonicalForm { .other }
  var worksRowByRow: Bool { false }

  func output(_ layer: LayerPass, tape: Tape) -> Tensor {
    let cheap = tape.add(layer.input, bottleneck.delta(of: layer.normed, tape: tape))
    let scores = tape.linear(layer.normed, weight: tape.parameter(router))
    let counts = zip(layer.offsets, layer.offsets.dropFirst()).map {
      (Int($1 - $0) + method.reduction - 1) / method.reduction
    }
    let shares = tape.softTopK(
      scores, counts: counts, offsets: layer.offsets, smoothness: method.smoothness)
    let rows = largest(scores, counts: counts, offsets: layer.offsets)
    let added = tape.scaleRows(
      layer.blocks(rows, method.context), by: tape.gatherRows(shares, rows: rows))
    return tape.add(cheap, scattered(added, to: rows, of: layer.input.rows, tape: tape))
  }

  /// The rows with the largest scores of each sequence, ascending; of equal ones the earlier.
  private func largest(_ scores: Tensor, counts: [Int], offsets: [Int32]) -> [Int32] {
    counts.enumerated().flatMap { sequence, count in
      (offsets[sequence]..<offsets[sequence + 1])
        .sorted { (-scores.values[Int($0)], $0) < (-scores.values[Int($1)], $1) }
        .prefix(count).sorted()
    }
  }

  /// Rows put where they belong among T, zeros elsewhere: [N, D] → [T, D].
  private func scattered(_ added: Tensor, to rows: [Int32], of count: Int, tape: Tape) -> Tensor {
    var sources = [Int32](repeating: 0, count: count)
    for (position, row) in rows.enumerated() { sources[Int(row)] = Int32(position + 1) }
    let zeros = tape.zeros(Shape(1, added.columns))
    return tape.gatherRows(tape.concatenateRows([zeros, added]), rows: sources)
  }
}
