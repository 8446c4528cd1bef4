public import LinearAlgebra
public import NeuralNets
public import SearchSpaces
import TensorCore

/// The prefix of `p-tuning-v2`, each row weighed by the input and each layer by a trained number.
///
/// K' = [P'_K; K], V' = [P'_V; V] in each layer,   P'_K = λ · α ⊙ P_K and the same for P_V,
/// α = σ(h Wᵀ) [P] for each sequence,   P_K, P_V: [P, D], W: [P, D], λ a number
///
/// h [D] is the state of the sequence's first token that enters the layer, α weighs rows (tokens of
/// the prefix), λ the layer. W starts at 0 and λ at 2, so that a start is that of `p-tuning-v2`; rows
/// start in N(0, 0.02²) and positions move as there. A weight of 0 is no absence: a key of zero still
/// takes attention.
///
/// **Reconstructed**: the paper describes both gates and there is no code of its authors; that α reads
/// the first token, that W has no bias, the order of the factors and the starts are read into it.
/// - Trained = deployed = published: (3·P·D + 1) for each layer.
/// - Never the identity; not mergeable, as the gates depend on the input.
///
/// Reference: arXiv 2305.15212, section 2.
public struct APT: PEFTMethod {
  public static let schema = MethodSchema(
    name: "apt",
    summary: "The prefix of p-tuning-v2 with gates on rows and layers (APT, reconstructed).",
    scope: .model,
    parameters: [
      ParameterSchema(
        "length", .integer(1...4096), default: .integer(20),
        "P, trained rows of each layer, whose positions they take; 20 as for p-tuning-v2."),
      .learningRate,
    ],
    sizeParameter: "length",
    references: ["Zhang et al. 2023, arXiv 2305.15212"],
    countFormula: "(3·P·D + 1)·L, once for the model",
    isMergeable: false,
    parameterCounts: counting { (method: APT, shape) in
      let count = (3 * method.length * shape.width + 1) * shape.layers
      return ParameterCounts(trained: count, deployed: count, published: count)
    },
    takenPositions: inserting { (method: APT) in method.length })

  public let length: Int
  public let learningRate: Double?
  public let deployed: MethodInstance

  public init(_ instance: MethodInstance) throws(MethodError) {
    let values = try MethodValues(instance, schema: Self.schema)
    length = values.integer("length")
    learningRate = values.learningRate
    deployed = values.complete
  }

  public var startsAsIdentity: Bool { false }

  public func attach(
    to host: any AdapterHost, layers: [Int], key: RandomKey
  ) throws(MethodError) -> Attachment {
    let (name, width) = (Self.schema.name, host.width)
    try host.requireRoom(rows: length, for: name)
    let maker = PrefixMaker(method: name, length: length, width: width, mlpWidth: 0, key: key)
    var attachment = Attachment()
    for layer in 0..<host.layerCount {
      let site = InsertionSite(layer: layer, point: .attention)
      try host.requireFree(site, for: name)
      let tensors = SiteTensors(site, key: key)
      let prefix = WeighedPrefix(
        PrefixAdapter(source: maker.flat(layer: layer), path: maker.path(layer: layer)),
        rows: tensors.trained("apt.gate.weight", Shape(length, width), .zeros),
        layer: tensors.trained("apt.layer-scale", Shape(1), values: [2]))
      host.attach(prefix, at: site)
      attachment.record(prefix, method: name, site: site, learningRate: learningRate)
    }
    let shift = PositionShift(length)
    host.attach(shift, at: .embeddings)
    attachment.record(shift, method: name, site: .embeddings, learningRate: nil)
    return attachment
  }
}

/// A prefix whose rows are weighed for each sequence: λ · σ(h Wᵀ) ⊙ P.
private final class WeighedPrefix: AttentionAdapter {
  private let inner: PrefixAdapter
  private let rowWeights: Parameter
  private let layerScale: Parameter

  /// - Parameters:
  ///   - rows: W [P, D].
  ///   - layer: λ [1].
  init(_ inner: PrefixAdapter, rows: Parameter, layer: Parameter) {
    self.inner = inner
    rowWeights = rows
    layerScale = layer
  }

  var parameters: [Parameter] { inner.parameters + [rowWeights, layerScale] }

  /// The gates read the first token of whole sequences.
  var worksRowByRow: Bool { false }

  var canonicalForm: CanonicalForm { .other }

  func prefix(_ x: Tensor, tape: Tape) -> AttentionPrefix {
    guard let offsets = tape.sequenceOffsets else {
      preconditionFailure("a weighed prefix reads whole sequences, and these are some rows")
    }
    let first = tape.gatherRows(x, rows: Array(offsets.dropLast()))
    let (keys, values) = inner.folded(tape: tape)
    let length = keys.rows
    let scales = tape.matmul(
      tape.constant([Float](repeating: 1, count: length), shape: Shape(length, 1)),
      tape.reshape(tape.parameter(layerScale), Shape(1, 1)))
    let weights = tape.multiplyRows(
      tape.sigmoid(tape.linear(first, weight: tape.parameter(rowWeights))),
      by: tape.reshape(scales, Shape(length)))
    return AttentionPrefix(
      keys: tape.scaledCopies(keys, by: weights), values: tape.scaledCopies(values, by: weights),
      ownLength: length)
  }
}
