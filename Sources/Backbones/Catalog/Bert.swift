public import NeuralNets
public import TensorCore

/// The BERT encoder: embeddings and L post-LN layers of self-attention and feed-forward network.
///
/// h₀ = LN(word + position + type);  a = LN(h + Attention(h));  h' = LN(a + FeedForward(a)).
///
/// Batches are packed: all tokens of all sequences in one [T, D] matrix, no padding. Every
/// parameter is frozen when the backbone is made. A checkpoint is read with or without the
/// `bert.` prefix and the pooler; norms may be called `weight`/`bias` or `gamma`/`beta`.
/// Heads of other tasks (`cls.*`, `classifier.*`, `qa_outputs.*`) and the buffer
/// `embeddings.position_ids` are known and left alone; any other tensor is an error.
/// Reference: arXiv 1810.04805; transformers models/bert/modeling_bert.py.
public final class Bert: Backbone {
  public static let modelType = "bert"

  public let configuration: BertConfiguration
  /// The dense layer [D, D] on the first token, where the checkpoint has one.
  public let pooler: Linear?

  private let embeddings: AdaptedEmbeddings
  private let embeddingNorm: LayerNorm
  private let embeddingDropout: Dropout
  private let layers: [BertLayer]

  /// Builds the network from named parameters.
  ///
  /// - Parameters:
  ///   - configuration: the sizes.
  ///   - hasPooler: whether to ask for the pooler's parameters.
  ///   - dropout: the rates in use; the configuration's own are only a record.
  ///   - parameter: gives the parameter of a checkpoint name (without `bert.`) and shape.
  public init(
    _ configuration: BertConfiguration, hasPooler: Bool, dropout: BackboneDropout = .off,
    parameter: (_ name: String, _ shape: Shape) throws -> Parameter
  ) rethrows {
    let width = configuration.width
    self.configuration = configuration
    (embeddings, embeddingNorm, layers, pooler) = try withoutActuallyEscaping(parameter) {
      let builder = BertBuilder(configuration: configuration, dropout: dropout, parameter: $0)
      return (
        AdaptedEmbeddings(
          try builder.embeddings(), paddingToken: configuration.paddingToken),
        try builder.norm(BertNames.embeddingNorm),
        try (0..<configuration.layers).map { try builder.layer($0) },
        hasPooler ? try builder.linear(BertNames.pooler, input: width, output: width) : nil
      )
    }
    embeddingDropout = Dropout(rate: dropout.hidden, label: "embeddings")
  }

  /// L, the number of layers.
  public var layerCount: Int { configuration.layers }
  /// D, the hidden width.
  public var width: Int { configuration.width }
  /// H, the number of attention heads.
  public var headCount: Int { configuration.heads }
  /// The longest text in tokens: the positions less those that adapters take.
  public var maximumLength: Int { configuration.positions - embeddings.positionShift }

  // MARK: Forward

  public func expanded(_ batch: PackedBatch) -> PackedBatch { embeddings.expanded(batch) }

  /// The embedding output h₀ [T, D] of an expanded batch, the input of layer 0.
  public func embedded(_ batch: PackedBatch, tape: Tape) -> Tensor {
    let states = embeddingNorm(embeddings(batch, tape: tape), tape: tape)
    return embeddingDropout(embeddings.adapted(states, tape: tape), tape: tape)
  }

  /// The output of one layer: [T, D] → [T, D].
  public func layer(
    _ index: Int, _ hidden: Tensor, batch: PackedBatch, tape: Tape
  ) -> Tensor {
    layers[index](hidden, batch: batch, tape: tape)
  }

  /// Some rows of the output of one layer: [T, D] → [N, D].
  ///
  /// Only those rows go through query, attention output, feed-forward and norms, unless an adapter
  /// of the layer mixes rows.
  public func layer(
    _ index: Int, _ hidden: Tensor, rows: TokenRows, batch: PackedBatch, tape: Tape
  ) -> Tensor {
    switch rows {
    case .all: return layers[index](hidden, batch: batch, tape: tape)
    case .firstTokens where layers[index].worksRowByRow:
      return layers[index].firstTokens(hidden, batch: batch, tape: tape)
    case .firstTokens:
      let output = layers[index](hidden, batch: batch, tape: tape)
      return tape.gatherRows(output, rows: batch.firstTokens)
    }
  }

  public func averagesStates(layer: Int, withNoise: Bool) -> Bool {
    layers[layer].worksRowByRow && layers[layer].attention.averagesStates(withNoise: withNoise)
  }

  /// Checks that a batch of texts fits the tables, beside the positions that adapters take.
  public func check(_ batch: PackedBatch) throws(BackboneError) {
    for sequence in 0..<batch.sequenceCount {
      let range = Int(batch.offsets[sequence])..<Int(batch.offsets[sequence + 1])
      if let last = range.last, batch.positions[last] >= maximumLength {
        throw .tooLong(length: range.count, positions: maximumLength, sequence: sequence)
      }
      for token in batch.tokens[range] where token < 0 || token >= configuration.vocabulary {
        throw .tokenOutOfRange(
          token: Int(token), vocabulary: configuration.vocabulary, sequence: sequence)
      }
      for type in batch.types[range] where type < 0 || type >= configuration.tokenTypes {
        throw .typeOutOfRange(
          type: Int(type), types: configuration.tokenTypes, sequence: sequence)
      }
    }
  }

  // MARK: Sites

  /// Every layer of a BERT encoder offers every point inside it, and layer 0 its input too; no layer
  /// is offered as a whole, because norms close the blocks.
  public func insertionPoints(layer: Int) -> [InsertionPoint] {
    InsertionPoint.allCases.filter { point in
      switch point {
      case .embeddings, .input: layer == 0
      case .layer: false
      default: true
      }
    }
  }

  public func linear(at site: InsertionSite) -> Linear? {
    layers[site.layer].adapted(site.point)?.linear
  }

  public func attach(_ adapter: any LinearAdapter, at site: InsertionSite) {
    guard let linear = layers[site.layer].adapted(site.point) else {
      preconditionFailure("attach: '\(site.point.rawValue)' is not a linear map")
    }
    linear.attach(adapter)
  }

  public func attach(_ adapter: any HiddenAdapter, at site: InsertionSite) {
    guard let end = layers[site.layer].end(site.point) else {
      preconditionFailure("attach: '\(site.point.rawValue)' is not a residual branch")
    }
    end.attach(adapter)
  }

  public func isTaken(_ site: InsertionSite) -> Bool {
    site.point == .attention && layers[site.layer].attention.prefix != nil
  }

  public func attach(_ adapter: any AttentionAdapter, at site: InsertionSite) {
    let block = layers[site.layer].attention
    precondition(
      site.point == .attention && !isTaken(site),
      "attach: '\(site.point.rawValue)' of layer \(site.layer) takes at most one attention adapter")
    block.prefix = adapter
  }

  public func attach(_ adapter: any EmbeddingAdapter, at site: InsertionSite) {
    precondition(
      site == .embeddings,
      "attach: '\(site.point.rawValue)' of layer \(site.layer) is not the word embeddings")
    embeddings.attach(adapter)
  }

  public func attach(_ adapter: any InputAdapter, at site: InsertionSite) {
    precondition(
      site == .input,
      "attach: '\(site.point.rawValue)' of layer \(site.layer) is not the input of layer 0")
    embeddings.attach(adapter)
  }

  /// Takes all adapters off, so that the backbone is the checkpoint's again.
  public func detachAll() {
    embeddings.detachAll()
    layers.forEach { $0.detachAll() }
  }

  // MARK: Parameters

  public func parameters(layer: Int?) -> [HostParameter] {
    if let layer { return layers[layer].parameters }
    let tables = [
      ("embeddings.word", embeddings.tables.words),
      ("embeddings.position", embeddings.tables.positions),
      ("embeddings.type", embeddings.tables.tokenTypes),
    ].map { HostParameter(name: $0, role: .embedding, parameter: $1) }
    return tables + embeddingNorm.hostParameters("embeddings-norm")
      + (pooler?.hostParameters("pooler") ?? [])
  }
}
