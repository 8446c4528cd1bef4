internal import LinearAlgebra
internal import NeuralNets

/// A packed batch of documents with hidden words and what stood in their places.
struct MaskedBatch {
  /// The documents with masks in place.
  let packed: PackedBatch
  /// Rows of the tokens to predict, and the original tokens there.
  let rows: [Int32]
  let labels: [Int32]
  /// Whether the token to predict is a connector.
  let isConnector: [Bool]
  /// For every content word of every document: the document's number, and the word.
  let bagDocuments: [Int32]
  let bagLabels: [Int32]
}

/// Hides words of documents; document n is masked by a pure function of (key, n).
struct MaskingPolicy {
  /// Share of ordinary tokens to predict.
  let rate: Double
  /// Share of connectors to predict.
  let connectorRate: Double

  /// Masks documents and packs them.
  ///
  /// Special tokens are never predicted. A chosen connector is always masked; another chosen token
  /// is masked (0.8), exchanged for a random word (0.1) or left (0.1).
  func batch(_ documents: [(number: Int, document: EmbeddedDocument)], key: RandomKey)
    -> MaskedBatch
  {
    var sequences: [(ids: [Int32], types: [Int32])] = []
    var rows: [Int32] = []
    var labels: [Int32] = []
    var isConnector: [Bool] = []
    var bagDocuments: [Int32] = []
    var bagLabels: [Int32] = []
    var offset = 0
    for (index, entry) in documents.enumerated() {
      var random = CounterRandom(key.derived(entry.number))
      let document = entry.document
      var tokens = document.tokens
      for position in tokens.indices where tokens[position] >= EmbeddedLexicon.Block.noun {
        let token = tokens[position]
        if EmbeddedLexicon.isContent(token) {
          bagDocuments.append(Int32(index))
          bagLabels.append(token)
        }
        let isJoint = position == document.connectorPosition
        guard random.uniform() < (isJoint ? connectorRate : rate) else { continue }
        rows.append(Int32(offset + position))
        labels.append(token)
        isConnector.append(isJoint)
        tokens[position] = isJoint ? EmbeddedLexicon.Token.mask : Self.hidden(token, &random)
      }
      sequences.append((tokens, document.types))
      offset += tokens.count
    }
    return MaskedBatch(
      packed: PackedBatch(sequences: sequences), rows: rows, labels: labels,
      isConnector: isConnector, bagDocuments: bagDocuments, bagLabels: bagLabels)
  }

  private static func hidden(_ token: Int32, _ random: inout CounterRandom) -> Int32 {
    let draw = random.uniform()
    if draw < 0.8 { return EmbeddedLexicon.Token.mask }
    guard draw < 0.9 else { return token }
    let words = EmbeddedLexicon.standard.vocabulary.count - EmbeddedLexicon.Block.noun
    return Int32(EmbeddedLexicon.Block.noun + random.integer(below: words))
  }
}

/// The batches of a pretraining, one after another without end.
struct MaskedBatchSource {
  private let corpus: EmbeddedCorpus
  private let policy: MaskingPolicy
  private let maskKey: RandomKey
  private let tokens: Int
  private var nextDocument = 0

  init(settings: PretrainingSettings, stream: String) {
    let key = RandomKey(seed: settings.seed).derived("pretraining").derived(stream)
    corpus = EmbeddedCorpus(lexicon: .standard, key: key.derived("text"))
    maskKey = key.derived("masks")
    policy = MaskingPolicy(
      rate: settings.maskRate, connectorRate: settings.connectorMaskRate)
    tokens = settings.batchTokens
  }

  /// The next documents until they have as many tokens as a batch should.
  mutating func next() -> MaskedBatch {
    var documents: [(number: Int, document: EmbeddedDocument)] = []
    var count = 0
    while count < tokens {
      let document = corpus.document(nextDocument)
      documents.append((nextDocument, document))
      count += document.tokens.count
      nextDocument += 1
    }
    return policy.batch(documents, key: maskKey)
  }

  /// The number of documents given out so far.
  var documentCount: Int { nextDocument }
}
