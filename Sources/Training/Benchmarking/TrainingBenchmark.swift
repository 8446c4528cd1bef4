internal import LinearAlgebra
internal import NeuralNets
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
  /// Where the steps are written down, the first, unmeasured one included; nil where they are not.
  ///
  /// Writing them takes time that is then measured too.
  public var trace: TraceRequest?

  /// - Parameter configuration: what to train; its settings give batch and maximum length.
  public init(
    backbone: String, casing: Casing? = nil, task: String, configuration: PEFTConfiguration,
    headKind: HeadKind = .automatic, threads: Int = 1, steps: Int = 20, trace: TraceRequest? = nil
  ) {
    self.backbone = backbone
    self.casing = casing
    self.task = task
    self.configuration = configuration
    self.headKind = headKind
    self.threads = threads
    self.steps = steps
    self.trace = trace
  }

  /// What was measured, with the keys of `bench training --format json`.
  public struct Report: Codable, Hashable, Sendable {
    public var examplesPerSecond: Double
    /// Real tokens; there is no padding.
    public var tokensPerSecond: Double
    /// Rate of the training steps over that of the machine's own matrix product.
    public var sgemmShare: Double
    /// The same with processor time in place of wall time, for a machine that others use too.
    public var processorSgemmShare: Double
    /// 10⁹ operations per second of the training steps' matrix products.
    public var trainingGigaflops: Double
    /// 10⁹ operations per second of the machine's own matrix product.
    public var sgemmGigaflops: Double
    /// Evaluation without gradients.
    public var evaluationExamplesPerSecond: Double
    public var peakMemoryBytes: Int
    public var steps: Int
    public var threads: Int

    enum CodingKeys: String, CodingKey {
      case examplesPerSecond = "examples_per_second"
      case tokensPerSecond = "tokens_per_second"
      case sgemmShare = "sgemm_share"
      case processorSgemmShare = "processor_sgemm_share"
      case trainingGigaflops = "training_gigaflops"
      case sgemmGigaflops = "sgemm_gigaflops"
      case evaluationExamplesPerSecond = "evaluation_examples_per_second"
      case peakMemoryBytes = "peak_memory_bytes"
      case steps
      case threads
    }
  }

  /// Trains for some steps and measures.
  ///
  /// - Throws: what keeps the configuration from being trained, as `TrialRunner.run`, and the
  ///   failure of a training that goes wrong.
  public func run() throws -> Report {
    BLAS.setThreadCount(threads)
    let source = try BackboneSource(
      name: backbone, casing: casing, dropout: configuration.training.backboneDropout)
    let trainer = try makeTrainer(source)
    let trace = try trace.map { try TrainingTrace($0, job: job(of: trainer), trainer: trainer) }
    _ = try trace?.step(trainer) ?? trainer.step()
    var product = MatrixProduct()
    _ = product.measured(count: 2)
    var training = Stopwatch()
    var machine = Stopwatch()
    var (examples, tokens) = (0, 0)
    for _ in 0..<steps {
      if trainer.isEpochTrained { _ = try trainer.closeEpoch(shouldStop: { false }) }
      let lengths = trainer.nextLengths()
      let work = trainer.model.stepWork(lengths: lengths)
      try training.measure(operations: work.operations) {
        _ = try trace?.step(trainer) ?? trainer.step()
      }
      examples += lengths.count
      tokens += lengths.reduce(0, +)
      machine.measure(operations: MatrixProduct.operations * 2) {
        _ = product.measured(count: 2)
      }
    }
    try trace?.finish()
    var evaluation = Stopwatch()
    var evaluated = 0
    evaluation.measure(operations: 0) {
      evaluated =
        trainer.evaluate(trainer.data.validation, shouldStop: { false })?.logits.count ?? 0
    }
    return Report(
      examplesPerSecond: Double(examples) / training.seconds,
      tokensPerSecond: Double(tokens) / training.seconds,
      sgemmShare: training.rate / machine.rate,
      processorSgemmShare: training.processorRate / machine.processorRate,
      trainingGigaflops: training.rate * 1e-9, sgemmGigaflops: machine.rate * 1e-9,
      evaluationExamplesPerSecond: Double(evaluated) / evaluation.seconds,
      peakMemoryBytes: ProcessMemory.peakBytes, steps: steps, threads: threads)
  }

  /// The measured training as a trace names it.
  private func job(of trainer: Trainer) -> TrialJob {
    var configuration = configuration
    configuration.training = trainer.plan.settings
    return TrialJob(
      trial: 0, configuration: configuration, backbone: backbone, casing: casing,
      task: task, seed: Self.seed,
      headKind: headKind, threads: threads)
  }

  private static let seed: UInt64 = 0

  /// A trainer that never runs out of steps.
  private func makeTrainer(_ source: BackboneSource) throws -> Trainer {
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
    let key = RandomKey(seed: Self.seed)
    let model = try FineTunedModel(
      backbone: source.backbone, configuration: configuration, headKind: headKind,
      outputCount: outputCount, headDropout: settings.backboneDropout, key: key)
    return Trainer(
      model: model,
      data: Trainer.Data(
        training: source.tokenize(training, maximumLength: settings.maximumLength),
        validation: source.tokenize(validation, maximumLength: settings.maximumLength),
        metric: task.metric, outputCount: outputCount),
      settings: settings, key: key)
  }
}

/// The machine's own matrix product: [2048, 384] · [384, 1536] in single precision.
struct MatrixProduct {
  private static let (rows, inner, columns) = (2048, 384, 1536)
  private let a = [Float](repeating: 0.5, count: rows * inner)
  private let b = [Float](repeating: 0.25, count: inner * columns)
  private var c = [Float](repeating: 0, count: rows * columns)

  /// Operations of one product.
  static let operations = 2 * Double(rows * inner * columns)

  /// Computes the product some times; one of its elements, so that it is not left out.
  mutating func measured(count: Int) -> Float {
    for _ in 0..<count {
      a.withUnsafeBufferPointer { a in
        b.withUnsafeBufferPointer { b in
          c.withUnsafeMutableBufferPointer { c in
            guard let left = a.baseAddress, let right = b.baseAddress, let out = c.baseAddress
            else { return }
            BLAS.multiply(
              left, .none, stride: Self.inner, right, .none, stride: Self.columns, into: out,
              stride: Self.columns, rows: Self.rows, columns: Self.columns, inner: Self.inner)
          }
        }
      }
    }
    return c[0]
  }
}
