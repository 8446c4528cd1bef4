internal import NeuralNets
internal import SearchSpaces

/// What a replay must know beside batches and initial values; the content of `settings.json`.
struct TraceSettings: Codable, Hashable, Sendable {
  /// Tensors that share a learning rate and a weight decay.
  struct Group: Codable, Hashable, Sendable {
    /// Before the schedule's factor.
    var learningRate: Double
    /// Decoupled, multiplied by the learning rate of the step.
    var weightDecay: Double
    /// Names in `initial.safetensors`.
    var tensors: [String]
  }

  /// The constants of AdamW with bias correction.
  struct Optimizer: Codable, Hashable, Sendable {
    var beta1: Double
    var beta2: Double
    var epsilon: Double
  }

  /// 1; a reader refuses what it does not know.
  var version = 1
  /// Configuration, backbone, task, seed and the like.
  var job: TrialJob
  /// Never `.automatic`.
  var head: HeadKind
  /// Classes, or 1 for a regression.
  var outputCount: Int
  var optimizer: Optimizer
  /// Largest global gradient norm; 0 is no clipping.
  ///
  /// The factor on all gradients is min(1, clip / (norm + 1e-6)).
  var clip: Double
  var groups: [Group]
  /// Steps in `steps.jsonl`.
  var steps = 0

  init(job: TrialJob, trainer: Trainer) {
    let settings = trainer.optimizer.settings
    self.job = job
    head = trainer.model.headKind
    outputCount = trainer.data.outputCount
    optimizer = Optimizer(
      beta1: settings.beta1, beta2: settings.beta2, epsilon: settings.epsilon)
    clip = trainer.plan.settings.clip
    groups = trainer.optimizer.groups.map { group in
      Group(
        learningRate: group.learningRate, weightDecay: group.weightDecay,
        tensors: group.parameters.map(\.name))
    }
  }
}

/// One step; a line of `steps.jsonl`.
///
/// The batch is packed: sequence b is the next lengths[b] of tokens and types. Positions count from
/// 0 in every sequence.
struct TraceStep: Codable, Hashable, Sendable {
  /// From 1.
  var step: Int
  /// On every group's learning rate.
  var factor: Double
  /// The mean over the batch, before the step: cross entropy, or the squared error of a regression.
  var loss = 0.0
  var lengths: [Int]
  var tokens: [Int32]
  var types: [Int32]
  /// Class numbers, one a sequence; nil for a regression.
  var classes: [Int32]?
  /// Numbers, one a sequence; nil for a classification.
  var values: [Float]?
}

extension Trainer {
  /// What the next step will see, with no loss yet.
  func nextStep() -> TraceStep {
    let indices = nextIndices()
    let batch = data.training.batch(indices)
    var line = TraceStep(
      step: progress.step + 1, factor: plan.schedule.factor(step: progress.step),
      lengths: indices.map { data.training.length($0) }, tokens: batch.tokens, types: batch.types)
    switch data.training.targets(indices) {
    case .classes(let classes): line.classes = classes
    case .values(let values): line.values = values
    }
    return line
  }
}
