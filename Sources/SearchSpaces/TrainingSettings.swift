/// How one trial trains, fully resolved.
public struct TrainingSettings: Codable, Hashable, Sendable {
  /// The learning-rate schedule after warm-up.
  public enum Schedule: String, Codable, Hashable, Sendable, CaseIterable {
    case constant
    case linear
    case cosine
  }

  /// Passes over the training examples, at least 1.
  public var epochs: Int
  /// Examples per optimizer step.
  public var batch: Int
  /// Peak step size of AdamW, per step, for every module without its own.
  public var learningRate: Double
  public var schedule: Schedule
  /// Share of all steps spent in linear warm-up, 0 to 1.
  public var warmup: Double
  /// Decoupled weight decay of matrices (never of biases and norms), per step and unit rate.
  public var weightDecay: Double
  /// Largest global gradient norm; 0 switches clipping off.
  public var clip: Double
  /// Epochs without improvement before a trial stops; 0 trains to the end.
  public var patience: Int
  /// How many training examples are used (a seeded subset); nil uses all.
  public var examples: Int?
  /// Longest sequence in tokens, special tokens included.
  public var maximumLength: Int
  /// Dropout of the frozen backbone while training; 0 is the default of a search.
  public var backboneDropout: Double

  public init(
    epochs: Int = 3, batch: Int = 32, learningRate: Double = 1e-3, schedule: Schedule = .linear,
    warmup: Double = 0.06, weightDecay: Double = 0, clip: Double = 1, patience: Int = 0,
    examples: Int? = nil, maximumLength: Int = 128, backboneDropout: Double = 0
  ) {
    self.epochs = epochs
    self.batch = batch
    self.learningRate = learningRate
    self.schedule = schedule
    self.warmup = warmup
    self.weightDecay = weightDecay
    self.clip = clip
    self.patience = patience
    self.examples = examples
    self.maximumLength = maximumLength
    self.backboneDropout = backboneDropout
  }
}
