internal import LinearAlgebra
internal import NeuralNets
internal import PEFTMethods
internal import SearchSpaces
internal import TensorCore

/// A frozen backbone with a configuration attached and a head on top.
final class FineTunedModel {
  let backbone: any Backbone
  let attached: AttachedConfiguration
  let head: any PredictionHead
  /// The kind of head that was made; never `.automatic`.
  let headKind: HeadKind
  /// The lowest layer that training changes, so that the states below it stay as they are: L where
  /// only the head is trained, 0 where the embeddings are.
  let lowestTunedLayer: Int

  /// Attaches a configuration and makes a head with fresh weights.
  ///
  /// - Parameters:
  ///   - outputCount: classes, or 1 for a regression.
  ///   - headDropout: the rate before the linear layers of the head.
  ///   - key: the stream of (study seed, replicate).
  /// - Throws: `MethodError` for a configuration that the backbone cannot hold, `TrialError` for a
  ///   pooler head on a checkpoint without pooler.
  init(
    backbone: any Backbone, configuration: PEFTConfiguration, headKind: HeadKind,
    outputCount: Int, headDropout: Double, key: RandomKey
  ) throws {
    self.backbone = backbone
    self.headKind = headKind.resolved(hasPooler: backbone.pooler != nil)
    attached = try PEFTModelBuilder.attach(configuration, to: backbone, key: key)
    let key = key.derived("head")
    let rate = Float(headDropout)
    switch self.headKind {
    case .token, .automatic:
      head = TokenHead(
        width: backbone.width, outputCount: outputCount, dropout: rate, key: key)
    case .twoLayer:
      head = TwoLayerHead(
        width: backbone.width, outputCount: outputCount, dropout: rate, key: key)
    case .pooler, .trainedPooler:
      guard let pooler = backbone.pooler else { throw TrialError.noPooler(headKind) }
      head = PoolerHead(
        pooler: pooler, outputCount: outputCount, dropout: rate, key: key)
    }
    lowestTunedLayer = Self.lowestTunedLayer(backbone, attached)
    head.makeTrainable()
    if self.headKind == .trainedPooler {
      for entry in poolerParameters { entry.parameter.makeTrainable() }
    }
  }

  /// Logits [B, C] of a batch.
  func logits(_ batch: PackedBatch, tape: Tape) -> Tensor {
    let states = backbone.hidden(batch, rows: head.rowsRead, tape: tape)
    return head.logits(states: states, batch: batch, tape: tape)
  }

  /// Logits [B, C] of a batch from the input of the lowest tuned layer, [T, D]; or, where no layer
  /// is tuned, from the rows of the last layer that the head reads.
  func logits(_ batch: PackedBatch, from frozen: Tensor, tape: Tape) -> Tensor {
    let states =
      lowestTunedLayer == backbone.layerCount
      ? frozen
      : backbone.hidden(
        batch, from: frozen, layer: lowestTunedLayer, rows: head.rowsRead, tape: tape)
    return head.logits(states: states, batch: batch, tape: tape)
  }

  /// What `logits(_:from:tape:)` reads, computed anew.
  func frozenStates(_ batch: PackedBatch, tape: Tape) -> Tensor {
    if lowestTunedLayer == backbone.layerCount {
      return backbone.hidden(batch, rows: head.rowsRead, tape: tape)
    }
    let batch = backbone.expanded(batch)
    let input = tape.withTemporaries { backbone.embedded(batch, tape: tape) }
    return backbone.hidden(batch, from: input, layers: 0..<lowestTunedLayer, tape: tape)
  }

  private static func lowestTunedLayer(
    _ backbone: any Backbone, _ attached: AttachedConfiguration
  ) -> Int {
    func isTuned(_ hosts: [HostParameter]) -> Bool {
      hosts.contains { $0.parameter.isTrainable && !$0.name.hasPrefix("pooler") }
    }
    if isTuned(backbone.parameters(layer: nil)) { return 0 }
    let rewritten = (0..<backbone.layerCount).first { isTuned(backbone.parameters(layer: $0)) }
    let adapted = attached.adapters.map(\.site.layer).min()
    return min(rewritten ?? backbone.layerCount, adapted ?? backbone.layerCount)
  }

  /// The head's tensors under their names in files; a trained pooler is among them unless a
  /// method rewrites it already.
  var headParameters: [NamedParameter] {
    let own = head.parameters.map {
      NamedParameter(name: "head.\($0.name)", parameter: $0.parameter)
    }
    return own + (headKind == .trainedPooler ? poolerParameters : [])
  }

  /// The pooler's tensors that no method holds.
  private var poolerParameters: [NamedParameter] {
    let taken = Set(attached.tensors.map { ObjectIdentifier($0.parameter) })
    guard let pooler = backbone.pooler else { return [] }
    let all = [("weight", pooler.weight)] + (pooler.bias.map { [("bias", $0)] } ?? [])
    return all.filter { !taken.contains(ObjectIdentifier($0.1)) }.map {
      NamedParameter(name: "head.pooler.\($0.0)", parameter: $0.1)
    }
  }

  /// Everything that gets a gradient, adapters before the head, in a fixed order.
  var trained: [NamedParameter] {
    let adapters = attached.tensors.filter(\.isTrained).map {
      NamedParameter(name: $0.name, parameter: $0.parameter)
    }
    return adapters + headParameters
  }

  /// How many numbers get a gradient, without those of the head.
  var trainedCount: Int { attached.actualCounts.trained }
  /// How many numbers of the head get a gradient.
  var headCount: Int { headParameters.reduce(0) { $0 + $1.parameter.count } }

  /// The optimizer's groups: one for each pair of learning rate and weight decay.
  ///
  /// Matrices decay and vectors do not; a method's own learning rate goes before that of the trial,
  /// which the head always has.
  ///
  /// - Parameter others: tensors that train beside all that is attached, as a stage's.
  func optimizerGroups(
    _ settings: TrainingSettings, beside others: [AttachedTensor] = []
  ) -> [NeuralNets.ParameterGroup] {
    struct Rule: Hashable {
      let learningRate: Double
      let weightDecay: Double
    }
    var rules: [Rule] = []
    var members: [Rule: [NamedParameter]] = [:]
    func add(_ entry: NamedParameter, learningRate: Double, decays: Bool) {
      let rule = Rule(
        learningRate: learningRate, weightDecay: decays ? settings.weightDecay : 0)
      if members[rule] == nil { rules.append(rule) }
      members[rule, default: []].append(entry)
    }
    for tensor in attached.tensors + others where tensor.isTrained {
      add(
        NamedParameter(name: tensor.name, parameter: tensor.parameter),
        learningRate: tensor.peakLearningRate(settings.learningRate), decays: tensor.decays)
    }
    for entry in headParameters {
      add(
        entry, learningRate: settings.learningRate, decays: entry.parameter.shape.rank > 1)
    }
    return rules.map { rule in
      NeuralNets.ParameterGroup(
        parameters: members[rule] ?? [], learningRate: rule.learningRate,
        weightDecay: rule.weightDecay)
    }
  }
}

extension HeadKind {
  /// The kind with `.automatic` replaced by what the checkpoint offers.
  func resolved(hasPooler: Bool) -> HeadKind {
    guard self == .automatic else { return self }
    return hasPooler ? .pooler : .token
  }
}
