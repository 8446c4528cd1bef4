internal import NeuralNets
internal import TensorCore

/// One encoder layer: an attention branch and a feed-forward branch.
final class BertLayer {
  let attention: AttentionBlock
  let feedForward: FeedForwardBlock

  init(attention: AttentionBlock, feedForward: FeedForwardBlock) {
    self.attention = attention
    self.feedForward = feedForward
  }

  func callAsFunction(_ x: Tensor, batch: PackedBatch, tape: Tape) -> Tensor {
    tape.withSequences(batch.offsets) {
      feedForward(attention(x, batch: batch, tape: tape), tape: tape)
    }
  }

  /// The rows of the first tokens alone: [T, D] → [B, D].
  ///
  /// Attention reads all tokens; everything behind it is row by row.
  /// - Precondition: `worksRowByRow`.
  func firstTokens(_ x: Tensor, batch: PackedBatch, tape: Tape) -> Tensor {
    let attended = attention.firstTokens(x, batch: batch, tape: tape)
    return tape.withSourceRows(batch.firstTokens) { feedForward(attended, tape: tape) }
  }

  /// Whether no adapter mixes rows, so that some of them can be computed alone.
  var worksRowByRow: Bool {
    attention.worksRowByRow && feedForward.worksRowByRow
  }

  /// The linear map at a point, with its adapters; nil where the point is none.
  func adapted(_ point: InsertionPoint) -> AdaptedLinear? {
    switch point {
    case .query: attention.query
    case .key: attention.key
    case .value: attention.value
    case .attentionOutput: attention.output
    case .feedForwardIn: feedForward.inner
    case .feedForwardOut: feedForward.output
    case .attentionBlock, .feedForwardBlock, .attention, .embeddings, .input, .layer: nil
    }
  }

  /// The end of the residual branch at a point; nil where the point is none.
  func end(_ point: InsertionPoint) -> ResidualEnd? {
    switch point {
    case .attentionBlock: attention.end
    case .feedForwardBlock: feedForward.end
    default: nil
    }
  }

  func detachAll() {
    for point in InsertionPoint.allCases {
      adapted(point)?.detachAll()
      end(point)?.detachAll()
    }
    attention.prefix = nil
  }

  /// The layer's own parameters in checkpoint order.
  var parameters: [HostParameter] {
    attention.query.linear.hostParameters("query")
      + attention.key.linear.hostParameters("key")
      + attention.value.linear.hostParameters("value")
      + attention.output.linear.hostParameters("attention-output")
      + attention.end.norm.hostParameters("attention-norm")
      + feedForward.inner.linear.hostParameters("feed-forward-in")
      + feedForward.output.linear.hostParameters("feed-forward-out")
      + feedForward.end.norm.hostParameters("feed-forward-norm")
  }
}

/// Puts the parts of a BERT encoder together from parameters named as in a checkpoint.
struct BertBuilder {
  let configuration: BertConfiguration
  let dropout: BackboneDropout
  let parameter: (_ name: String, _ shape: Shape) throws -> Parameter

  func embeddings() throws -> Embeddings {
    let width = configuration.width
    return Embeddings(
      words: try parameter(BertNames.words, Shape(configuration.vocabulary, width)),
      tokenTypes: try parameter(BertNames.types, Shape(configuration.tokenTypes, width)),
      positions: try parameter(BertNames.positions, Shape(configuration.positions, width)))
  }

  func linear(_ name: String, input: Int, output: Int) throws -> Linear {
    Linear(
      weight: try parameter(name + ".weight", Shape(output, input)),
      bias: try parameter(name + ".bias", Shape(output)))
  }

  func norm(_ name: String) throws -> LayerNorm {
    LayerNorm(
      scale: try parameter(name + ".weight", Shape(configuration.width)),
      shift: try parameter(name + ".bias", Shape(configuration.width)),
      epsilon: configuration.epsilon)
  }

  func layer(_ index: Int) throws -> BertLayer {
    let (width, inner) = (configuration.width, configuration.feedForward)
    func linear(_ point: InsertionPoint, _ input: Int, _ output: Int) throws -> Linear {
      try self.linear(BertNames.linear(point, layer: index), input: input, output: output)
    }
    let attention = AttentionBlock(
      query: try linear(.query, width, width), key: try linear(.key, width, width),
      value: try linear(.value, width, width), output: try linear(.attentionOutput, width, width),
      norm: try norm(BertNames.attentionNorm(layer: index)), heads: configuration.heads,
      dropout: dropout, label: "layer.\(index)")
    let feedForward = FeedForwardBlock(
      inner: try linear(.feedForwardIn, width, inner), activation: configuration.activation,
      output: try linear(.feedForwardOut, inner, width),
      norm: try norm(BertNames.feedForwardNorm(layer: index)), dropout: dropout,
      label: "layer.\(index)")
    return BertLayer(attention: attention, feedForward: feedForward)
  }
}

extension Linear {
  /// Weight and bias under the name of their linear map.
  func hostParameters(_ name: String) -> [HostParameter] {
    let weight = HostParameter(name: name + ".weight", role: .weight, parameter: weight)
    guard let bias else { return [weight] }
    return [weight, HostParameter(name: name + ".bias", role: .bias, parameter: bias)]
  }
}

extension LayerNorm {
  /// Scale and shift under the name of their norm.
  func hostParameters(_ name: String) -> [HostParameter] {
    [
      HostParameter(name: name + ".scale", role: .normScale, parameter: scale),
      HostParameter(name: name + ".shift", role: .normShift, parameter: shift),
    ]
  }
}
