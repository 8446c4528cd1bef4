internal import LinearAlgebra
internal import NeuralNets
internal import SearchSpaces
internal import TensorCore

/// A trained adapter on its backbone, ready to answer.
public final class Predictor {
  /// What the adapter's file says of itself.
  public let description: AdapterDescription
  let source: BackboneSource
  let model: FineTunedModel
  private let tape = Tape(recording: false)

  /// What the model says of one example; one line of `autopeft predict`.
  public struct Answer: Codable, Hashable, Sendable {
    /// The name of the class with the largest logit; nil for a regression.
    public var label: String?
    /// The value of a regression; nil for a classification.
    public var value: Double?
    /// One logit a class in class order, or the value itself.
    public var logits: [Float]

    public init(label: String? = nil, value: Double? = nil, logits: [Float]) {
      self.label = label
      self.value = value
      self.logits = logits
    }

    /// The answer as one line of JSON, always spelled the same.
    public var json: String {
      get throws { try StableJSON.line(self) }
    }
  }

  /// How well the model does on labelled examples.
  public struct Score: Codable, Hashable, Sendable {
    /// The task's metric.
    public var score: Double
    /// Every metric of the task by name.
    public var metrics: [String: Double]
    /// Mean cross entropy or squared error.
    public var loss: Double
    public var predictions: Predictions
  }

  /// Opens an adapter file.
  ///
  /// - Parameters:
  ///   - adapter: the path of an `adapter.safetensors` of this program.
  ///   - backbone: `embedded` or a directory, where it is not the one that the file names.
  ///   - threads: threads that a matrix product may use.
  /// - Throws: `TrialError`, `CheckpointError`, `TokenizerError`, `BackboneError`, `MethodError`.
  public init(adapter: String, backbone: String? = nil, threads: Int = 1) throws {
    BLAS.setThreadCount(threads)
    description = try AdapterDescription(file: adapter)
    source = try BackboneSource(
      name: backbone ?? description.backbone, casing: description.casing)
    model = try FineTunedModel(
      backbone: source.backbone, configuration: description.configuration,
      headKind: description.headKind, outputCount: description.outputCount, headDropout: 0,
      key: RandomKey(seed: 0))
    try description.load(adapter, into: model)
  }

  /// The tokens that a text is cut to: as in training, and as the backbone's positions allow.
  public var maximumLength: Int {
    min(
      description.trainedConfiguration.training.maximumLength, model.backbone.maximumLength)
  }

  /// What the model says of texts, in order; labels are not needed.
  public func answers(to examples: [Example]) -> [Answer] {
    logits(examples).map { row in
      description.kind.isRegression
        ? Answer(value: row.first.map { Double($0) }, logits: row)
        : Answer(label: description.labels[Evaluation.largest(row)], logits: row)
    }
  }

  /// How well the model does on a split of a task.
  ///
  /// - Throws: `TaskError` for the data, `TrialError.adapterOfOtherTask` where the task asks for
  ///   other labels than the adapter gives.
  public func score(on task: DownstreamTask, split: EvaluationSplit) throws -> Score {
    let labels = try task.labelNames()
    guard task.kind.isRegression == description.kind.isRegression, labels == description.labels
    else {
      throw TrialError.adapterOfOtherTask(
        adapter: Self.words(description.labels), task: Self.words(labels))
    }
    switch split {
    case .validation: return score(on: try task.data().validation, metric: task.metric)
    case .test: return score(on: try task.testExamples(), metric: task.metric)
    }
  }

  /// How well the model does on labelled examples.
  func score(on examples: [Example], metric: TaskMetric) -> Score {
    let targets = examples.compactMap(\.target)
    let evaluation = Evaluation(logits: logits(examples))
    let predictions = evaluation.predictions(targets)
    return Score(
      score: metric.value(predictions), metrics: metric.values(predictions),
      loss: evaluation.meanLoss(targets), predictions: predictions)
  }

  private func logits(_ examples: [Example]) -> [[Float]] {
    let tokens = source.tokenize(examples, maximumLength: maximumLength)
    return Evaluation(model, on: tokens, tape: tape)?.logits ?? []
  }

  private static func words(_ labels: [String]) -> String {
    labels.isEmpty ? "numbers" : Wording.list(labels)
  }
}
