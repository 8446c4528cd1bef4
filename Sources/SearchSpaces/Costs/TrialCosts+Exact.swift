extension TrialCosts {
  /// The exact costs of a configuration.
  ///
  /// With L layers of width D and inner width F, H heads, texts of n tokens at most, which fit the
  /// positions that methods leave, P rows that methods insert in front of each, m = n + P, batches
  /// of b sequences, and t = b·m rows in a step:
  /// - parameters: Σ over layers and methods of the schema's counts, plus once for
  ///   each distinct instance what its layers share, plus the model-wide methods.
  /// - optimizerBytes = 4 · 3 · trained: two AdamW moments and the gradient, Float32.
  /// - activationBytes = 4 · t · (D·i + Σ over the layers from the lowest tuned one up of
  ///   (8·D + F + H·m + 4) + Σ of the methods' own activations). Kept are the embeddings and the
  ///   input of the lowest tuned layer (i = 2, or 1 where they are the same; with inserted rows the
  ///   sums before the embeddings' norm too, 2 statistics of it, and its dropout's result: D·i is
  ///   2·D + 2, or 3·D + 2 with backbone dropout), and of each layer
  ///   query, key, value, the attention's context, the outputs of both branches and both norms
  ///   (8·D, and 2·D more with backbone dropout) with their means and deviations (4), the inner
  ///   state before the activation function (F) and the attention's probabilities (H·m). Not
  ///   counted: the inner state behind the function, F more in a layer where a method adapts or
  ///   trains the map that reads it. The last layer is counted whole, also where the head reads
  ///   first tokens only. A model-wide method counts from the lowest layer that it tunes, the first
  ///   one for most; an encoder that makes P rows is small beside t and not counted. All of it once
  ///   for each pass of a step: two where a method compares two answers.
  /// - flopsPerToken = ⌈m / n · (2 · Σ over layers of (4·D² + 2·D·F + 2·m·D) + 2 · Σ of the methods'
  ///   own multiply-adds)⌉, for each token of the text; norms, activation functions, embeddings and
  ///   the head are left out.
  /// - addedLatencyEstimate = ⌈10⁶ · multiply-adds beyond the backbone's / Σ over layers of
  ///   (4·D² + 2·D·F + 2·n·D)⌉ for each token of the text: those of the methods that cannot be
  ///   folded, and those of the inserted rows.
  /// - fileBytes = 4 · (deployed + positions): the tensors of the adapter file, without its header of
  ///   names.
  public init(
    of configuration: PEFTConfiguration, on backbone: BackboneShape,
    schemas: [String: MethodSchema]
  ) {
    self.init(of: configuration, model: CostModel(backbone: backbone, schemas: schemas))
  }

  init(of configuration: PEFTConfiguration, model: CostModel) {
    let backbone = model.backbone
    let (inserted, taken) = model.inFront(configuration.model)
    let length = min(configuration.training.maximumLength, max(1, backbone.positions - taken))
    let rows = length + inserted
    var counts = ParameterCounts.zero
    var positions = 0
    var multiplyAdds = 0
    var lastingMultiplyAdds = 0
    var methodActivations = 0
    var lowestTuned: Int?
    var passes = 1
    var sharing: [MethodInstance] = []
    var layer = 0
    for group in configuration.groups {
      for instance in group.methods {
        guard let facts = model.facts(of: instance) else { continue }
        counts = counts + facts.counts.times(group.layers)
        positions += facts.positionCount * group.layers
        passes = max(passes, facts.passes)
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
      positions += facts.positionCount
      multiplyAdds += facts.workload.multiplyAddsPerToken
      lastingMultiplyAdds += facts.workload.isFolded ? 0 : facts.workload.multiplyAddsPerToken
      methodActivations += facts.workload.activationsPerToken
      passes = max(passes, facts.passes)
      lowestTuned = min(lowestTuned ?? backbone.layers, facts.lowestLayer)
    }
    let (width, inner) = (backbone.width, backbone.feedForward)
    let keptLayers = backbone.layers - (lowestTuned ?? backbone.layers)
    let branchOutputs = configuration.training.backboneDropout > 0 ? 4 : 2
    let kept = (6 + branchOutputs) * width + inner + backbone.heads * rows + 4
    let input =
      inserted > 0
      ? (configuration.training.backboneDropout > 0 ? 3 : 2) * width + 2
      : lowestTuned.map { $0 > 0 ? 2 * width : width } ?? 0
    let perLayer = 4 * width * width + 2 * width * inner + 2 * length * width
    let widening = 2 * backbone.layers * inserted * width
    let perRow = backbone.layers * perLayer + widening
    let insertedShare = Double(inserted) / Double(length)
    let added =
      Double(lastingMultiplyAdds) + Double(widening)
      + insertedShare * Double(perRow + lastingMultiplyAdds)
    let flops = 2 * (perRow + multiplyAdds)
    self.init(
      parameters: counts, optimizerBytes: 12 * counts.trained,
      activationBytes: (configuration.training.batch * rows).saturatingTimes(4 * passes)
        .saturatingTimes((input + keptLayers * kept).saturatingPlus(methodActivations)),
      flopsPerToken: flops.saturatingPlus(
        (flops.saturatingTimes(inserted).saturatingPlus(length - 1)) / length),
      fileBytes: 4 * (counts.deployed + positions),
      addedLatencyEstimate: Int(
        (1e6 * (added / Double(backbone.layers * perLayer))).rounded(.up)))
  }
}

extension ParameterCounts {
  /// The counts of so many equal instances.
  func times(_ factor: Int) -> ParameterCounts {
    ParameterCounts(
      trained: trained * factor, deployed: deployed * factor, published: published * factor)
  }
}
