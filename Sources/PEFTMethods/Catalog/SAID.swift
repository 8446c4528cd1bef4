public import LinearAlgebra
public import NeuralNets
public import SearchSpaces
import TensorCore

/// All chosen maps move inside one random subspace of few dimensions, each with its own scale
/// (structure-aware intrinsic dimension).
///
/// W_i' = W_i + λ_i · reshape(P_i θ), θ: [d] shared by all maps of layers with an equal instance,
/// λ_i one number of each map. P_i is a Fastfood transform of N = 2^⌈log₂(in · out)⌉ dimensions cut to
/// in · out: P_i θ = H G Π H B pad(θ) / √(in · out · Σ g²), with signs B, a permutation Π and normal
/// numbers G that are drawn once from a fixed seed, and the unnormalised Walsh-Hadamard matrix H; so
/// ‖P_i θ‖ ≈ ‖θ‖. Where N < d, only the first N numbers of θ reach a map. θ = 0 and λ = 1 at the start: an attached map
/// equals the frozen one.
///
/// Each step transforms each map twice forward and twice backward, 4 · N · log₂ N additions, and
/// B, Π and G take 12 bytes for each of the N.
/// - Trained = deployed: d, and 1 for each target of each layer; published: d, of which the paper's
///   code takes the scales.
/// - Merge: as above, exact up to rounding.
///
/// Reference: arXiv 2012.13255, section 3; rabeehk/compacter seq2seq/projections/intrinsic.py, whose
/// backward is not the adjoint of its forward; here it is.
public struct SAID: PEFTMethod {
  public static let schema = MethodSchema(
    name: "said",
    summary: "All maps move in one random subspace, each with a scale of its own (SAID).",
    scope: .layer,
    parameters: [
      ParameterSchema(
        "targets", .subset(LinearTarget.allCases.map(\.rawValue), minimum: 1),
        default: .list([LinearTarget.query.rawValue, LinearTarget.value.rawValue]),
        "The maps that move; query and value by default, as every map costs transforms of its whole "
          + "weight in each step. The paper moves everything."),
      ParameterSchema(
        "dimension", .integer(1...1_000_000), default: .integer(1000),
        "d, the numbers that all maps share; near the intrinsic dimensions of the paper's tasks, 200 "
          + "to 5000, by default."),
      .learningRate,
    ],
    sizeParameter: "dimension",
    references: [
      "Aghajanyan et al. 2021, arXiv 2012.13255",
      "rabeehk/compacter seq2seq/projections/intrinsic.py",
    ],
    countFormula: "d for all layers with an equal instance, and 1 for each target of each layer",
    isMergeable: true,
    parameterCounts: counting { (method: SAID, _) in method.targets.counts { _ in 1 } },
    sharedCounts: counting { (method: SAID, _) in
      let count = method.dimension
      return ParameterCounts(trained: count, deployed: count, published: count)
    })

  public let targets: [LinearTarget]
  /// d.
  public let dimension: Int
  public let learningRate: Double?
  public let deployed: MethodInstance

  public init(_ instance: MethodInstance) throws(MethodError) {
    let values = try MethodValues(instance, schema: Self.schema)
    targets = values.subset("targets")
    dimension = values.integer("dimension")
    learningRate = values.learningRate
    deployed = values.complete
  }

  public var startsAsIdentity: Bool { true }

  public func attach(
    to host: any AdapterHost, layers: [Int], key: RandomKey
  ) throws(MethodError) -> Attachment {
    var attachment = Attachment()
    guard let first = layers.first else { return attachment }
    let method = Self.schema.name
    let shared = Parameter.trained(
      tensorName(layer: first, "\(method).theta"), shape: Shape(dimension), .zeros, key: key)
    attachment.record([shared], kind: .added, method: method, learningRate: learningRate)
    for layer in layers {
      for target in targets {
        let site = InsertionSite(layer: layer, point: target.point)
        let linear = try host.requireLinear(site, for: method)
        let tensors = SiteTensors(site, key: key)
        let scale = tensors.trained("said_scale", Shape(1), values: [1])
        let adapter = DeltaAdapter(
          FastfoodUpdate(
            theta: shared, scale: scale, shape: linear.weight.shape,
            transform: Fastfood(
              count: linear.weight.count,
              key: RandomKey(seed: 0).derived(method).derived(tensors.name(method)))),
          linear: linear, label: tensors.name(method))
        host.attach(adapter, at: site)
        attachment.adapters.append(
          PlacedAdapter(method: method, site: site, adapter: adapter))
        attachment.record([scale], kind: .added, method: method, learningRate: learningRate)
      }
    }
    return attachment
  }
}

/// The fixed numbers of one map's transform.
private final class Fastfood {
  /// in · out.
  let count: Int
  /// B [1, N].
  let signs: Parameter
  /// Π [N].
  let order: [Int32]
  /// G [1, N].
  let normals: Parameter
  /// 1 / √(in · out · Σ g²).
  let factor: Float

  init(count: Int, key: RandomKey) {
    self.count = count
    var size = 1
    while size < count { size *= 2 }
    var random = CounterRandom(key.derived("signs"))
    let signs = (0..<size).map { _ in random.uniform() < 0.5 ? Float(-1) : 1 }
    let normals = Initialisation.normal(deviation: 1).values(size, key: key.derived("normals"))
    var shuffling = CounterRandom(key.derived("order"))
    order = shuffling.shuffled((0..<Int32(size)).map { $0 })
    factor = Float(
      1 / (Double(count) * normals.reduce(0) { $0 + Double($1) * Double($1) }).squareRoot())
    self.signs = Parameter(path: "said.signs", shape: Shape(1, size), values: signs)
    self.normals = Parameter(path: "said.normals", shape: Shape(1, size), values: normals)
  }

  var size: Int { order.count }
}

/// Δ = λ · reshape(P θ).
private struct FastfoodUpdate: WeightUpdate {
  let theta: Parameter
  let scale: Parameter
  let shape: Shape
  let transform: Fastfood

  var parameters: [Parameter] { [theta, scale] }

  func delta(of weight: Tensor, tape: Tape) -> Tensor {
    let size = transform.size
    var x = tape.reshape(tape.parameter(theta), Shape(1, theta.count))
    if theta.count > size { x = tape.sliceColumns(x, 0..<size) }
    if theta.count < size {
      x = tape.concatenateColumns([x, tape.zeros(Shape(1, size - theta.count))])
    }
    x = tape.walshHadamard(tape.multiply(x, tape.parameter(transform.signs)))
    x = tape.permuteColumns(x, order: transform.order)
    x = tape.walshHadamard(tape.multiply(x, tape.parameter(transform.normals)))
    let cut = tape.scaled(tape.sliceColumns(x, 0..<transform.count), by: transform.factor)
    return tape.reshape(tape.scaleRows(cut, by: tape.parameter(scale)), shape)
  }
}
