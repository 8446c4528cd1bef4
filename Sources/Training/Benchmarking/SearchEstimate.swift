internal import LinearAlgebra
internal import NeuralNets
public import SearchSpaces

/// How long a search will take on this machine, from what its candidates compute.
///
/// A training of E epochs does W = E · (forward and backward of the training examples + forward of
/// the validation examples) operations of matrix products (`StepWork`). With the rate R of this
/// machine's own product, measured when the estimate is made, it takes
///
///   seconds = W / R · (a + b / D):
///
/// products reach a share 1/a of the rate, and all work beside them (norms, activations, softmax,
/// the tape) grows with T·D a layer where products grow with T·D², hence b / D. a and b were fitted
/// to the shares of `bench training` at D = 64 and D = 384 (docs/performance.md, "How cost grows").
/// Trials stop early, share kept states and start processes; none of these is in it.
public struct SearchEstimate: Codable, Hashable, Sendable {
  /// a: the time of products over that of the machine's own product for equal work.
  public static let productFactor = 1.0
  /// b: the further time of a model of width 1.
  public static let widthFactor = 49.0

  /// Training examples of one epoch and validation examples.
  public var trainingExamples: Int
  public var validationExamples: Int
  /// Real tokens of one epoch.
  public var trainingTokens: Int
  /// 10⁹ operations per second of the machine's own matrix product on one thread.
  public var sgemmGigaflops: Double
  /// Seconds of the quickest, the mean and the slowest of the sampled configurations.
  public var shortestSeconds: Double
  public var meanSeconds: Double
  public var longestSeconds: Double

  enum CodingKeys: String, CodingKey {
    case trainingExamples = "training_examples"
    case validationExamples = "validation_examples"
    case trainingTokens = "training_tokens"
    case sgemmGigaflops = "sgemm_gigaflops"
    case shortestSeconds = "shortest_seconds"
    case meanSeconds = "mean_seconds"
    case longestSeconds = "longest_seconds"
  }

  /// Hours of a search of some trials, so many of them at a time.
  public func hours(trials: Int, parallel: Int) -> Double {
    meanSeconds * Double(trials) / Double(max(1, parallel)) / 3600
  }

  /// Adds up the work of sampled configurations on a task's data.
  ///
  /// - Parameters:
  ///   - configurations: at least one, drawn as the search draws them.
  ///   - gigaflops: the rate of the machine's own product; nil measures it now.
  /// - Throws: `TaskError`, `CheckpointError`, `MethodError` as a trial would.
  public init(
    backbone: String, task: String, configurations: [PEFTConfiguration], gigaflops: Double? = nil
  ) throws {
    precondition(!configurations.isEmpty, "SearchEstimate: no configuration to estimate")
    let description = try DownstreamTask(named: task)
    let data = try description.data()
    let outputCount = description.kind.isRegression ? 1 : data.labels.count
    let rate = gigaflops ?? MatrixProduct.gigaflops()
    var seconds: [Double] = []
    var sizes = (training: 0, tokens: 0)
    for configuration in configurations {
      let settings = configuration.training
      let source = try BackboneSource(name: backbone)
      let model = try FineTunedModel(
        backbone: source.backbone, configuration: configuration, headKind: .automatic,
        outputCount: outputCount, headDropout: 0, key: RandomKey(seed: 0))
      let chosen = TrainingPlan.subset(
        of: data.training.count, limit: settings.examples, key: RandomKey(seed: 0))
      let training = source.tokenize(
        chosen.map { data.training[$0] }, maximumLength: settings.maximumLength)
      let validation = source.tokenize(
        data.validation, maximumLength: settings.maximumLength)
      func work(_ examples: TokenizedExamples) -> StepWork {
        model.stepWork(
          lengths: (0..<examples.count).map { examples.length($0) },
          readsFrozenStates: FrozenStates.areUsed(
            model, on: examples, backboneDropout: settings.backboneDropout))
      }
      let operations =
        Double(settings.epochs)
        * (work(training).operations + 2 * Double(work(validation).forward))
      seconds.append(Self.seconds(operations, width: source.backbone.width, gigaflops: rate))
      sizes = (training.count, training.tokenCount)
    }
    trainingExamples = sizes.training
    validationExamples = data.validation.count
    trainingTokens = sizes.tokens
    sgemmGigaflops = rate
    meanSeconds = seconds.reduce(0, +) / Double(seconds.count)
    shortestSeconds = seconds.min() ?? 0
    longestSeconds = seconds.max() ?? 0
  }

  /// W / R · (a + b / D).
  static func seconds(_ operations: Double, width: Int, gigaflops: Double) -> Double {
    operations / (gigaflops * 1e9) * (productFactor + widthFactor / Double(width))
  }
}
