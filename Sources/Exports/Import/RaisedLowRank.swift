import NeuralNets
import PEFTMethods
import SearchSpaces

/// Low-rank updates of one layer as one instance: the largest rank, one scale, the adapted maps.
private struct SharedFactors {
  let rank: Int
  let scale: Float
  let targets: [(target: LinearTarget, pair: CanonicalForm.LowRankPair, part: ImportedPart)]
  let notes: [String]

  /// - Parameter schema: whose `alpha-ratio` says which scales an instance may have.
  init(
    _ layer: RaisedLayer, schema: MethodSchema, pair: (CanonicalForm) -> CanonicalForm.LowRankPair
  ) {
    let order = LinearTarget.allCases
    targets = order.compactMap { target in
      layer.parts.first { $0.site.point == target.point }.map { (target, pair($0.form), $0) }
    }
    let ranks = targets.map(\.pair.rank)
    rank = ranks.max() ?? 1
    var notes: [String] = []
    if Set(ranks).count > 1 {
      notes.append("Maps of one layer have several ranks; the smaller are filled up with zeros.")
    }
    let scales = Set(targets.map(\.pair.scale))
    if scales.count == 1, let only = scales.first, schema.admits(scale: only) {
      scale = only
    } else {
      scale = 1
      notes.append("Scales that one instance cannot have are multiplied into B.")
    }
    self.notes = notes
  }

  /// What LoRA and DoRA have in common.
  func instance(_ name: String, _ layer: RaisedLayer) -> MethodInstance {
    MethodInstance(
      name,
      [
        "rank": .integer(rank), "alpha-ratio": .number(Double(scale)),
        "targets": .list(targets.map(\.target.rawValue)), "dropout": layer.dropout,
      ])
  }

  func tensors(_ layer: RaisedLayer, _ a: String, _ b: String) -> [AdapterTensor] {
    targets.flatMap { target, pair, _ in
      let filled = pair.filled(to: rank, scale: scale)
      return [
        layer.tensor(target.point, a, [rank, pair.inputWidth], filled.a),
        layer.tensor(target.point, b, [pair.outputWidth, rank], filled.b),
      ]
    }
  }
}

extension MethodSchema {
  /// Whether an instance may have a factor.
  fileprivate func admits(scale: Float) -> Bool {
    guard case .number(let range) = parameters.first(where: { $0.name == "alpha-ratio" })?.kind
    else { return false }
    return range.contains(Double(scale))
  }
}

/// `lora` from low-rank pairs.
enum RaisedLoRA: RaisedMethod {
  static func holds(_ form: CanonicalForm) -> Bool {
    if case .lowRank = form { return true }
    return false
  }

  static func raise(
    _ layer: RaisedLayer
  ) throws -> (instance: MethodInstance, tensors: [AdapterTensor], notes: [String]) {
    let shared = SharedFactors(layer, schema: LoRA.schema) { form in
      guard case .lowRank(let pair) = form else { preconditionFailure("RaisedLoRA: no pair") }
      return pair
    }
    return (
      shared.instance(LoRA.schema.name, layer), shared.tensors(layer, "lora_A", "lora_B"),
      shared.notes
    )
  }
}

/// `dora` from low-rank pairs with magnitudes.
enum RaisedDoRA: RaisedMethod {
  static func holds(_ form: CanonicalForm) -> Bool {
    if case .magnitude = form { return true }
    return false
  }

  static func raise(
    _ layer: RaisedLayer
  ) throws -> (instance: MethodInstance, tensors: [AdapterTensor], notes: [String]) {
    let shared = SharedFactors(layer, schema: DoRA.schema) { magnitude($0).1 }
    let magnitudes = shared.targets.map { target, _, part in
      let values = magnitude(part.form).0
      return layer.tensor(target.point, "dora_magnitude", [values.count], values)
    }
    return (
      shared.instance(DoRA.schema.name, layer),
      shared.tensors(layer, "dora_A", "dora_B") + magnitudes, shared.notes
    )
  }

  private static func magnitude(
    _ form: CanonicalForm
  ) -> ([Float], CanonicalForm.LowRankPair) {
    guard case .magnitude(let values, let pair) = form else {
      preconditionFailure("RaisedDoRA: no magnitude")
    }
    return (values, pair)
  }
}

/// `ia3` from vectors that rescale outputs or inputs of maps.
enum RaisedIA3: RaisedMethod {
  static func holds(_ form: CanonicalForm) -> Bool {
    switch form {
    case .outputScale, .inputScale: true
    default: false
    }
  }

  static func raise(
    _ layer: RaisedLayer
  ) throws -> (instance: MethodInstance, tensors: [AdapterTensor], notes: [String]) {
    var targets: [IA3.Target] = []
    var tensors: [AdapterTensor] = []
    for part in layer.parts {
      let (factors, isInput): ([Float], Bool) =
        switch part.form {
        case .inputScale(let factors): (factors, true)
        case .outputScale(let factors): (factors, false)
        default: preconditionFailure("RaisedIA3: no scale")
        }
      guard
        let target = IA3.Target.allCases.first(where: {
          $0.point == part.site.point && $0.rescalesInput == isInput
        })
      else {
        throw layer.unsupported(
          "(IA)³ on the \(isInput ? "input" : "output") of '\(part.site.point.rawValue)'",
          "this program rescales the outputs of key, value and feed-forward-in and the inputs of"
            + " attention-output and feed-forward-out")
      }
      targets.append(target)
      tensors.append(layer.tensor(target.point, "ia3_l", [factors.count], factors))
    }
    let names = IA3.Target.allCases.filter(targets.contains).map(\.rawValue)
    return (MethodInstance(IA3.schema.name, ["targets": .list(names)]), tensors, [])
  }
}
