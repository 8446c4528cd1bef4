extension TrialCosts {
  /// The exact costs of a configuration.
  ///
  /// With L layers of width D and inner width F, H heads, a longest sequence of n tokens, batches
  /// of b sequences, and t = b·n tokens in a step:
  /// - parameters: Σ over layers and methods of the schema's counts, plus once for
  ///   each distinct instance what its layers share, plus the model-wide methods.
  /// - optimizerBytes = 4 · 3 · trained: two AdamW moments and the gradient, Float32.
  /// - activationBytes = 4 · t · (D·i + Σ over the layers from the lowest tuned one up of
  ///   (8·D + F + H·n + 4) + Σ of the methods' own activations). Kept are the embeddings and the
  ///   input of the lowest tuned layer (i = 2, or 1 where they are the same), and of each layer
  ///   query, key, value, the attention's context, the outputs of both branches and both norms
  ///   (8·D, and 2·D more with backbone dropout) with their means and deviations (4), the inner
  ///   state before the activation function (F) and the attention's probabilities (H·n). Not
  ///   counted: the inner state behind the function, F more in a layer where a method adapts or
  ///   trains the map that reads it. The last layer is counted whole, also where the head reads
  ///   first tokens only. A model-wide method counts from layer 1.
  /// - flopsPerToken = 2 · Σ over layers of (4·D² + 2·D·F + 2·n·D) + 2 · Σ of the methods' own
  ///   multiply-adds; norms, activation functions, embeddings and the head are left out.
  /// - addedLatencyEstimate = ⌈10⁶ · Σ multiply-adds of the methods that cannot be folded / Σ over
  ///   layers of (4·D² + 2·D·F + 2·n·D)⌉.
  /// - fileBytes = 4 · deployed: the tensors of the adapter file, without its header of names.
  public init(
    of configuration: PEFTConfiguration, on backbone: BackboneShape,
    schemas: [String: MethodSchema]
  ) {
    self.init(of: configuration, model: CostModel(backbone: backbone, schemas: schemas))
  }

  init(of configuration: PEFTConfiguration, model: CostModel) {
    let backbone = model.backbone
    let length = min(configuration.training.maximumLength, max(1, backbone.positions))
    let tokens = configuration.training.batch * length
    var counts = ParameterCounts.zero
    var multiplyAdds = 0
    var lastingMultiplyAdds = 0
    var methodActivations = 0
    var lowestTuned: Int?
    var sharing: [MethodInstance] = []
    var layer = 0
    for group in configuration.groups {
      for instance in group.methods {
        guard let facts = model.facts(of: instance) else { continue }
        counts = counts + facts.counts.times(group.layers)
        let work = facts.workload.multiplyAddsPerToken * group.layers
        multiplyAdds += work
        lastingMultiplyAdds += facts.workload.isFolded ? 0 : work
        methodActivations += facts.workload.activationsPerToken * group.layers
        if facts.shared != .zero, !sharing.contains(instance) {
          sharing.append(instance)
          counts = counts + facts.shared
        }
      }
      if lowestTuned == nil, !group.methods.isEmpty { lowestTuned = layer }
      layer += group.layers
    }
    for instance in configuration.model {
      guard let facts = model.facts(of: instance) else { continue }
      counts = counts + facts.counts + facts.shared
      lowestTuned = 0
    }
    let (width, inner) = (backbone.width, backbone.feedForward)
    let keptLayers = backbone.layers - (lowestTuned ?? backbone.layers)
    let branchOutputs = configuration.training.backboneDropout > 0 ? 4 : 2
    let kept = (6 + branchOutputs) * width + inner + backbone.heads * length + 4
    let input = lowestTuned.map { $0 > 0 ? 2 * width : width } ?? 0
    let perLayer = 4 * width * width + 2 * width * inner + 2 * length * width
    let share = Double(lastingMultiplyAdds) / Double(backbone.layers * perLayer)
    self.init(
      parameters: counts, optimizerBytes: 12 * counts.trained,
      activationBytes: tokens.saturatingTimes(4)
        .saturatingTimes((input + keptLayers * kept).saturatingPlus(methodActivations)),
      flopsPerToken: 2 * (backbone.layers * perLayer + multiplyAdds),
      fileBytes: 4 * counts.deployed,
      addedLatencyEstimate: Int((1e6 * share).rounded(.up)))
  }
}

extension ParameterCounts {
  /// The counts of so many equal instances.
  func times(_ factor: Int) -> ParameterCounts {
    ParameterCounts(
      trained: trained * factor, deployed: deployed * factor, published: published * factor)
  }
}
