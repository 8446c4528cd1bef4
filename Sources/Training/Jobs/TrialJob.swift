public import SearchSpaces
public import Tokenizers

/// All that a worker needs to know to train one trial; the content of `job.json`.
///
/// Two jobs that differ only in `trial` or `threads` name the same training; where they differ in
/// `epochs` too, one goes further on the same way.
public struct TrialJob: Codable, Hashable, Sendable {
  /// The trial's number in its run; it names files and log lines and never enters a random key.
  public var trial: Int
  public var configuration: PEFTConfiguration
  /// `embedded`, or the path of a backbone directory in the Hugging Face layout.
  public var backbone: String
  /// Whether letters become small, where the backbone's files do not say it.
  public var casing: Casing?
  /// The name of a generated task, `PRESET:FOLDER` for a GLUE set, or the path of a task file.
  public var task: String
  /// The seed of the study.
  public var seed: UInt64
  /// 0 for the search itself; fresh replicates see fresh noise of the same study seed.
  public var replicate: Int
  /// The number of the training noise in a designed experiment; nil outside of one.
  public var block: Int?
  /// Closed epochs after which the training ends and leaves a checkpoint to go on from; nil trains to
  /// the end.
  ///
  /// The schedule is that of all epochs either way.
  public var epochs: Int?
  /// What `TrialResult.score` is measured on; the best epoch is always chosen on validation.
  public var split: EvaluationSplit
  public var headKind: HeadKind
  /// The path of an adapter file whose tensors the training starts from, made from the deployed
  /// form of the same configuration; nil draws initial values.
  public var start: String?
  /// Threads that a matrix product may use; results are promised for equal numbers only.
  public var threads: Int

  public init(
    trial: Int, configuration: PEFTConfiguration, backbone: String, casing: Casing? = nil,
    task: String, seed: UInt64, replicate: Int = 0, block: Int? = nil, epochs: Int? = nil,
    split: EvaluationSplit = .validation, headKind: HeadKind = .automatic, start: String? = nil,
    threads: Int = 1
  ) {
    self.trial = trial
    self.configuration = configuration
    self.backbone = backbone
    self.casing = casing
    self.task = task
    self.seed = seed
    self.replicate = replicate
    self.block = block
    self.epochs = epochs
    self.split = split
    self.headKind = headKind
    self.start = start
    self.threads = threads
  }
}

/// The part of a task that a score is measured on.
public enum EvaluationSplit: String, Codable, Hashable, Sendable, CaseIterable {
  /// What a search sees.
  case validation
  /// What is opened once, for what is finally chosen.
  case test
}

/// The trained layer on top of the backbone; it is counted apart from the adapters.
public enum HeadKind: String, Codable, Hashable, Sendable, CaseIterable {
  /// `pooler` where the checkpoint has one, else `token`.
  case automatic
  /// The checkpoint's pooler, frozen, then dropout and one linear layer.
  case pooler
  /// The checkpoint's pooler, trained, then dropout and one linear layer.
  case trainedPooler = "trained-pooler"
  /// One linear layer on the first token's hidden state.
  case token
  /// Dropout, D × D, tanh, dropout, linear, all trained, on the first token's hidden state.
  case twoLayer = "two-layer"
}
