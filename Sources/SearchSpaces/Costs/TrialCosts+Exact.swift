/// The work that a method adds to a forward pass and to the memory of a training step.
public struct MethodWorkload: Hashable, Sendable {
  /// Multiply-adds for each token that passes the layer.
  public var multiplyAddsPerToken: Int
  /// Numbers kept for the backward pass, for each token that passes the layer.
  public var activationsPerToken: Int

  public init(multiplyAddsPerToken: Int, activationsPerToken: Int) {
    self.multiplyAddsPerToken = multiplyAddsPerToken
    self.activationsPerToken = activationsPerToken
  }
}

extension MethodSchema {
  /// The work of one instance in one layer.
  ///
  /// A method that rewrites backbone weights in place adds none. Any other uses each deployed
  /// number in one multiply-add a token (the keys and values of a prefix too: P·D each), and keeps
  /// its inner activations: as many numbers a token as its size.
  func workload(of instance: MethodInstance, on backbone: BackboneShape) -> MethodWorkload {
    if !claims(instance, backbone).isEmpty {
      return MethodWorkload(multiplyAddsPerToken: 0, activationsPerToken: 0)
    }
    let size = sizeParameter.flatMap { instance.parameters[$0]?.asInteger } ?? 0
    return MethodWorkload(
      multiplyAddsPerToken: parameterCounts(instance, backbone).deployed,
      activationsPerToken: size)
  }
}

extension TrialCosts {
  /// The exact costs of a configuration.
  ///
  /// With L layers of width D and inner width F, H heads, a longest sequence of n tokens, batches
  /// of b sequences, and t = b·n tokens in a step:
  /// - parameters: Σ over layers and methods of the schema's counts, plus the model-wide methods.
  /// - optimizerBytes = 4 · 3 · trained: two AdamW moments and the gradient, Float32.
  /// - activationBytes = 4 · t · Σ over the layers from the lowest tuned one up of
  ///   (9·D + 2·F + 2·H·n + 4) + Σ of the methods' own activations. Kept are, of each such layer,
  ///   the input, query, key, value, the attention's context and the two normalised sums with
  ///   their mean and deviation (9·D + 4 with both sums' inputs), the inner state before and after
  ///   the activation function (2·F) and the attention's weights before and after dropout (2·H·n).
  ///   A model-wide method counts from layer 1.
  /// - flopsPerToken = 2 · Σ over layers of (4·D² + 2·D·F + 2·n·D) + 2 · Σ of the methods' own
  ///   multiply-adds; norms, activation functions, embeddings and the head are left out.
  /// - fileBytes = 4 · deployed: the tensors of the adapter file, without its header of names.
  public init(
    of configuration: PEFTConfiguration, on backbone: BackboneShape,
    schemas: [String: MethodSchema]
  ) {
    let length = min(configuration.training.maximumLength, max(1, backbone.positions))
    let tokens = configuration.training.batch * length
    var counts = ParameterCounts.zero
    var multiplyAdds = 0
    var methodActivations = 0
    var lowestTuned: Int?
    var layer = 0
    for group in configuration.groups {
      for instance in group.methods {
        guard let schema = schemas[instance.name] else { continue }
        let single = schema.parameterCounts(instance, backbone)
        let work = schema.workload(of: instance, on: backbone)
        counts = counts + single.times(group.layers)
        multiplyAdds += work.multiplyAddsPerToken * group.layers
        methodActivations += work.activationsPerToken * group.layers
      }
      if lowestTuned == nil, !group.methods.isEmpty { lowestTuned = layer }
      layer += group.layers
    }
    for instance in configuration.model {
      guard let schema = schemas[instance.name] else { continue }
      counts = counts + schema.parameterCounts(instance, backbone)
      lowestTuned = 0
    }
    let (width, inner) = (backbone.width, backbone.feedForward)
    let kept = 9 * width + 2 * inner + 2 * backbone.heads * length + 4
    let keptLayers = backbone.layers - (lowestTuned ?? backbone.layers)
    let perLayer = 4 * width * width + 2 * width * inner + 2 * length * width
    self.init(
      parameters: counts, optimizerBytes: 12 * counts.trained,
      activationBytes: 4 * tokens * (keptLayers * kept + methodActivations),
      flopsPerToken: 2 * (backbone.layers * perLayer + multiplyAdds),
      fileBytes: 4 * counts.deployed)
  }
}

extension ParameterCounts {
  /// The counts of so many equal instances.
  func times(_ factor: Int) -> ParameterCounts {
    ParameterCounts(
      trained: trained * factor, deployed: deployed * factor, published: published * factor)
  }
}
