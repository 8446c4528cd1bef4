/// A point of a search space: a value for each active hyper-parameter, by its path.
///
/// Inactive conditional parameters are absent, so equal points are equal dictionaries.
public typealias SearchPoint = [String: ParameterValue]

/// Where a trial stands.
public enum TrialState: String, Codable, Sendable, CaseIterable {
  case waiting
  case running
  case complete
  case failed
}

/// Why a configuration was tried.
public enum TrialOrigin: String, Codable, Sendable {
  /// One of the references that every search trains.
  case reference
  /// Named under `start:` in the space file.
  case start
  /// Part of a strategy's initial design.
  case initial
  /// Chosen by a model.
  case model
  /// Retrained with a fresh seed to confirm a result.
  case confirmation
}

/// One candidate with all that a strategy may know of it.
public struct Trial: Codable, Hashable, Sendable {
  /// 1, 2, 3 … in the order of proposal.
  public var number: Int
  public var state: TrialState
  public var origin: TrialOrigin
  /// nil for configurations that lie outside the space (references).
  public var point: SearchPoint?
  public var configuration: PEFTConfiguration
  /// Costs that are exact before training.
  public var costs: TrialCosts
  /// The validation score of a finished trial, higher is better.
  public var score: Double?
  /// Why a failed trial failed.
  public var failure: String?
  /// Where the trial stands in a designed experiment; nil outside of one.
  public var design: DesignCell?
  /// How far the trial is trained; nil for the whole of its training, from the start.
  public var fidelity: Fidelity?

  public init(
    number: Int, state: TrialState, origin: TrialOrigin, point: SearchPoint?,
    configuration: PEFTConfiguration, costs: TrialCosts, score: Double? = nil,
    failure: String? = nil, design: DesignCell? = nil, fidelity: Fidelity? = nil
  ) {
    self.number = number
    self.state = state
    self.origin = origin
    self.point = point
    self.configuration = configuration
    self.costs = costs
    self.score = score
    self.failure = failure
    self.design = design
    self.fidelity = fidelity
  }

  /// Whether the trial ends before the whole of its training, so that its score is not to be compared
  /// with those of whole trainings.
  public var isPartial: Bool {
    fidelity.map { $0.epochs < configuration.training.epochs } ?? false
  }

  /// The score of a whole training; nil for a trial of a lower rung, as for one without a score.
  public var finalScore: Double? { isPartial ? nil : score }

  /// The name of the training, which no other trial of the search may have.
  public var trainingIdentity: String {
    configuration.trainingIdentity(noise: design?.noise, fidelity: fidelity)
  }
}

/// Everything about a configuration that is known before it is trained: exact, but for the one
/// estimate that is named so.
public struct TrialCosts: Codable, Hashable, Sendable {
  /// Parameter counts without the task head.
  public var parameters: ParameterCounts
  /// Bytes of the two AdamW moments and the gradients of all trained parameters.
  public var optimizerBytes: Int
  /// Bytes of activations that one training step of the batch keeps, at the longest sequence.
  public var activationBytes: Int
  /// Multiply-adds × 2 of one forward pass, per token.
  public var flopsPerToken: Int
  /// Bytes of the exported adapter file (float32, head apart).
  public var fileBytes: Int
  /// Multiply-adds that stay beside the backbone's own once all that can be folded is folded, in
  /// millionths of the backbone's, rounded up.
  ///
  /// Calls and memory traffic are not in it. It is 0 in runs that were made before schema 2, which
  /// could not ask for it.
  public var addedLatencyEstimate: Int

  public init(
    parameters: ParameterCounts, optimizerBytes: Int, activationBytes: Int, flopsPerToken: Int,
    fileBytes: Int, addedLatencyEstimate: Int
  ) {
    self.parameters = parameters
    self.optimizerBytes = optimizerBytes
    self.activationBytes = activationBytes
    self.flopsPerToken = flopsPerToken
    self.fileBytes = fileBytes
    self.addedLatencyEstimate = addedLatencyEstimate
  }
}
