public import SearchSpaces

/// What one training gave; the content of `result.json`.
///
/// Everything but `timing` is a function of the job: a training that was stopped and resumed any
/// number of times gives the same bytes.
public struct TrialResult: Codable, Hashable, Sendable {
  /// `complete` or `failed`.
  public var state: TrialState
  /// What `score` was measured on.
  public var split: EvaluationSplit
  /// The task's metric at the best epoch on `split`, higher is better; nil for a failed trial.
  public var score: Double?
  /// The metric on validation at the best epoch, by which the epoch was chosen.
  public var validationScore: Double?
  /// Every metric of the task by name, on `split` at the best epoch.
  public var metrics: [String: Double]
  /// 1, 2, 3 …; the earliest epoch with the highest validation score.
  public var bestEpoch: Int?
  public var epochs: [EpochMetrics]
  /// Optimizer steps that were taken.
  public var steps: Int
  /// Examples and parameters that went in.
  public var counts: TrialCounts
  /// What the trained model said of each example of `split`, in the order of the data.
  public var predictions: Predictions?
  /// Why a failed trial failed, with the step and the learning rate.
  public var failure: String?
  /// Times and memory, which differ between two runs of one job.
  public var timing: TrialTiming

  public init(
    state: TrialState, split: EvaluationSplit, score: Double? = nil,
    validationScore: Double? = nil, metrics: [String: Double] = [:], bestEpoch: Int? = nil,
    epochs: [EpochMetrics] = [], steps: Int = 0, counts: TrialCounts = TrialCounts(),
    predictions: Predictions? = nil, failure: String? = nil, timing: TrialTiming = TrialTiming()
  ) {
    self.state = state
    self.split = split
    self.score = score
    self.validationScore = validationScore
    self.metrics = metrics
    self.bestEpoch = bestEpoch
    self.epochs = epochs
    self.steps = steps
    self.counts = counts
    self.predictions = predictions
    self.failure = failure
    self.timing = timing
  }
}

/// One line of `metrics.jsonl`.
public struct EpochMetrics: Codable, Hashable, Sendable {
  /// The number of the epoch, counted from 1.
  public var epoch: Int
  /// Optimizer steps since the start of the training.
  public var step: Int
  /// Mean loss of the epoch's training examples, each at the step that used it.
  public var trainingLoss: Double
  /// Mean loss of the validation examples after the epoch.
  public var validationLoss: Double
  /// The task's metric on validation after the epoch.
  public var validationScore: Double

  public init(
    epoch: Int, step: Int, trainingLoss: Double, validationLoss: Double, validationScore: Double
  ) {
    self.epoch = epoch
    self.step = step
    self.trainingLoss = trainingLoss
    self.validationLoss = validationLoss
    self.validationScore = validationScore
  }
}

/// How much a training was given and how much it trained.
public struct TrialCounts: Codable, Hashable, Sendable {
  public var trainingExamples: Int
  public var validationExamples: Int
  /// Examples of the split that was scored.
  public var scoredExamples: Int
  /// Examples of training and validation that were cut to the maximum length.
  public var truncatedExamples: Int
  /// Real tokens of one pass over the training examples.
  public var trainingTokens: Int
  /// Parameters that get a gradient, without the head.
  public var trainedParameters: Int
  /// Trained parameters of the head.
  public var headParameters: Int

  public init(
    trainingExamples: Int = 0, validationExamples: Int = 0, scoredExamples: Int = 0,
    truncatedExamples: Int = 0, trainingTokens: Int = 0, trainedParameters: Int = 0,
    headParameters: Int = 0
  ) {
    self.trainingExamples = trainingExamples
    self.validationExamples = validationExamples
    self.scoredExamples = scoredExamples
    self.truncatedExamples = truncatedExamples
    self.trainingTokens = trainingTokens
    self.trainedParameters = trainedParameters
    self.headParameters = headParameters
  }
}

/// How long a training took; outside the promise of equal bytes.
public struct TrialTiming: Codable, Hashable, Sendable {
  /// Wall time of all sittings together.
  public var seconds: Double
  public var trainingSeconds: Double
  public var evaluationSeconds: Double
  /// Training examples per second of training time.
  public var examplesPerSecond: Double
  /// Real training tokens per second of training time.
  public var tokensPerSecond: Double
  /// Largest resident memory of the last sitting's process.
  public var peakMemoryBytes: Int
  /// How often the training went on from a checkpoint.
  public var resumptions: Int

  public init(
    seconds: Double = 0, trainingSeconds: Double = 0, evaluationSeconds: Double = 0,
    examplesPerSecond: Double = 0, tokensPerSecond: Double = 0, peakMemoryBytes: Int = 0,
    resumptions: Int = 0
  ) {
    self.seconds = seconds
    self.trainingSeconds = trainingSeconds
    self.evaluationSeconds = evaluationSeconds
    self.examplesPerSecond = examplesPerSecond
    self.tokensPerSecond = tokensPerSecond
    self.peakMemoryBytes = peakMemoryBytes
    self.resumptions = resumptions
  }
}
