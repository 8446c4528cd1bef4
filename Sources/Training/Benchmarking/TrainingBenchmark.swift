internal import LinearAlgebra
public import SearchSpaces
public import Tokenizers

/// How fast this machine trains a configuration, measured against its own matrix product.
///
/// sgemm share = (2 · multiply-adds of the training steps / their time) / (rate of an sgemm of
/// 2048 × 384 × 1536 in the same run). Steps and products alternate, so that a busy machine slows
/// both. `StepWork` says what is counted. Reference: the measure of design, section 10.
public struct TrainingBenchmark: Sendable {
  public var backbone: String
  /// Whether letters become small, where the backbone's files do not say it.
  public var casing: Casing?
  public var task: String
  public var configuration: PEFTConfiguration
  public var headKind: HeadKind
  public var threads: Int
  /// Training steps that are measured.
  public var steps: Int

  /// - Parameter configuration: what to train; its settings give batch and maximum length.
  public init(
    backbone: String, casing: Casing? = nil, task: String, configuration: PEFTConfiguration,
    headKind: HeadKind = .automatic, threads: Int = 1, steps: Int = 20
  ) {
    self.backbone = backbone
    self.casing = casing
    self.task = task
    self.configuration = configuration
    self.headKind = headKind
    self.threads = threads
    self.steps = steps
  }

  /// Trains for some steps and measures.
  ///
  /// - Throws: what keeps the configuration from being trained, as `TrialRunner.run`, and the
  ///   failure of a training that goes wrong.
  public func run() throws -> Report {
    BLAS.setThreadCount(threads)
    let cache = CacheFolder(path: nil, logger: TrialRunner.standardErrorLogger)
    let trainer = try makeTrainer(cache: cache)
    try trainer.step()
    var product = MatrixProduct()
    _ = product.measured(count: 2)
    var machine = Stopwatch()
    var steps = StepMeasurement(trainer)
    for _ in 0..<self.steps {
      try steps.measure()
      machine.measure(operations: MatrixProduct.operations * 2) {
        _ = product.measured(count: 2)
      }
    }
    let evaluation = Self.evaluationRate(trainer)
    return Report(
      steps: steps, machine: machine, evaluationExamplesPerSecond: evaluation, threads: threads,
      frozenStates: trainer.readsFrozenStates ? try frozenStates() : nil)
  }

  private static func evaluationRate(_ trainer: Trainer) -> Double {
    var evaluation = Stopwatch()
    var evaluated = 0
    evaluation.measure(operations: 0) {
      evaluated = trainer.evaluateValidation(shouldStop: { false })?.logits.count ?? 0
    }
    return Double(evaluated) / evaluation.seconds
  }

  /// A trainer that never runs out of steps.
  ///
  /// - Parameter cache: where states below the lowest tuned layer are kept; nil computes them anew
  ///   in every step.
  func makeTrainer(cache: CacheFolder?) throws -> Trainer {
    let source = try BackboneSource(
      name: backbone, casing: casing, dropout: configuration.training.backboneDropout)
    let task = try DownstreamTask(named: task)
    let data = try task.data()
    var settings = configuration.training
    settings.epochs = steps + 1
    settings.patience = 0
    settings.schedule = .constant
    settings.warmup = 0
    try settings.check()
    let limit = settings.examples ?? (steps + 1) * settings.batch
    let training = Array(data.training.prefix(limit))
    let validation = Array(data.validation.prefix(256))
    let outputCount = task.kind.isRegression ? 1 : data.labels.count
    let key = RandomKey(seed: 0)
    let model = try FineTunedModel(
      backbone: source.backbone, configuration: configuration, headKind: headKind,
      outputCount: outputCount, headDropout: settings.backboneDropout, key: key)
    return Trainer(
      model: model,
      data: Trainer.Data(
        training: source.tokenize(training, maximumLength: settings.maximumLength),
        validation: source.tokenize(validation, maximumLength: settings.maximumLength),
        metric: task.metric, outputCount: outputCount),
      settings: settings, key: key,
      origin: try cache.map {
        FrozenStates.Origin(configuration: try source.configurationText(), cache: $0)
      })
  }
}
