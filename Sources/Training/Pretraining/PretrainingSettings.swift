public import Backbones
internal import NeuralNets

/// How the embedded backbone is pretrained; the defaults make the committed one.
///
/// Sizes and rates were found in trials of single seeds: see the comment of each.
public struct PretrainingSettings: Sendable, Hashable {
  /// Selects the initial weights, the text and the masks.
  public var seed: UInt64
  /// Optimizer steps; 8,750 of about 700 tokens are 6 million tokens.
  public var steps: Int
  /// Documents are added to a batch until it has this many tokens.
  public var batchTokens: Int
  /// Peak learning rate, reached after the warm-up; falls linearly to `finalFactor` of it.
  public var learningRate: Double
  public var warmupSteps: Int
  public var finalFactor: Double
  /// Decoupled decay of matrices and tables, per step and unit rate.
  public var weightDecay: Double
  /// Largest global gradient norm.
  public var clip: Double
  /// Share of ordinary tokens that are predicted; of these 80 % are masked, 10 % exchanged and
  /// 10 % left, as in BERT.
  public var maskRate: Double
  /// Share of connectors that are predicted, always masked.
  ///
  /// Connectors carry the logic of a pair: with a small share the model stays at chance on them
  /// for much longer.
  public var connectorMaskRate: Double
  /// Weight of the loss at [CLS].
  ///
  /// Without it the first token of a model this small holds nothing that a task could use.
  public var bagOfWordsWeight: Float
  /// α of LN(α x + f(x)).
  ///
  /// 2.2 is about (2 L)^(1/4), as in DeepNorm (arXiv 2203.00555). With 1, a post-LN network of
  /// twelve layers was still at chance on the connectors after 3 million tokens.
  public var residualScale: Double
  /// Deviation of all initial matrices and tables.
  public var initialDeviation: Double
  /// Steps between two measurements on the validation text.
  public var evaluationInterval: Int
  /// Documents of the validation text.
  public var validationDocuments: Int
  /// Pairs of each pattern in the last measurement; 600 resolve differences of about 5 points.
  public var validationPairs: Int

  public init(seed: UInt64 = 1, steps: Int = 8750) {
    self.seed = seed
    self.steps = steps
    batchTokens = 704
    learningRate = 2e-3
    warmupSteps = 500
    finalFactor = 0.02
    weightDecay = 0.01
    clip = 1
    maskRate = 0.2
    connectorMaskRate = 0.8
    bagOfWordsWeight = 0.3
    residualScale = 2.2
    initialDeviation = 0.05
    evaluationInterval = 500
    validationDocuments = 1500
    validationPairs = 600
  }

  /// The architecture: 12 layers of width 64, about 640,000 parameters with the prediction head.
  public static let architecture = BertConfiguration(
    vocabulary: EmbeddedLexicon.standard.vocabulary.count, width: 64, layers: 12, heads: 4,
    feedForward: 256, positions: 48, tokenTypes: 2, activation: .gelu, epsilon: 1e-12,
    dropout: .off)

  /// The factor on the learning rate at a step counted from 0.
  func factor(step: Int) -> Double {
    if step < warmupSteps { return Double(step + 1) / Double(warmupSteps) }
    let progress = Double(step - warmupSteps) / Double(max(1, steps - warmupSteps))
    return finalFactor + (1 - finalFactor) * max(0, 1 - progress)
  }
}
