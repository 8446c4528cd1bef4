public import NeuralNets
public import PEFTMethods
internal import SearchSpaces

extension Predictor {
  /// The backbone with everything attached to it.
  public var backbone: any Backbone { model.backbone }
  /// What was attached, with its trained values.
  public var attached: AttachedConfiguration { model.attached }
  /// The trained head.
  public var head: any PredictionHead { model.head }

  /// Examples as packed batches of at most `size` sequences, in order.
  public func batches(_ examples: [Example], size: Int = 32) -> [PackedBatch] {
    let tokens = source.tokenize(examples, maximumLength: maximumLength)
    return stride(from: 0, to: tokens.count, by: size).map { start in
      tokens.batch(start..<min(start + size, tokens.count))
    }
  }
}
