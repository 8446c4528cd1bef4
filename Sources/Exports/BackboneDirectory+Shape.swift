public import Checkpoints
public import SearchSpaces

extension BackboneDirectory {
  /// The sizes that the search side sees, from `config.json` and the names of the weights.
  ///
  /// - Throws: `CheckpointError` where the weights cannot be opened.
  public func shape() throws(CheckpointError) -> BackboneShape {
    let names = try weights().names
    return BackboneShape(
      layers: config.numHiddenLayers, width: config.hiddenSize,
      feedForward: config.intermediateSize, heads: config.numAttentionHeads,
      vocabulary: config.vocabSize, positions: config.maxPositionEmbeddings,
      tokenTypes: config.typeVocabSize,
      hasPooler: names.contains { $0.hasSuffix("pooler.dense.weight") })
  }
}
