/// A cost that is known exactly before training, by its name in space files.
public enum CostName: String, Codable, Sendable, CaseIterable {
  /// Parameters that are stored and loaded afterwards; `parameters` is the same.
  case deployed
  /// Parameters that get a gradient while training.
  case trained
  /// Parameters as the method's paper counts them.
  case published
  /// Bytes of AdamW's moments and of the gradients.
  case optimizerBytes = "optimizer-bytes"
  /// Bytes of activations that one training step keeps.
  case activationBytes = "activation-bytes"
  /// Floating-point operations of a forward pass, per token.
  case flopsPerToken = "flops-per-token"
  /// Bytes of the adapter file.
  case fileBytes = "file-bytes"
  /// Work that the finished model does beyond the backbone's, in millionths: an estimate of the
  /// added latency.
  case addedLatencyEstimate = "added-latency-estimate"

  /// The cost with a name, where `parameters` stands for `deployed`.
  public init?(name: String) {
    if name == "parameters" { self = .deployed } else { self.init(rawValue: name) }
  }

  /// The value inside the costs of a configuration.
  public func value(in costs: TrialCosts) -> Int {
    switch self {
    case .deployed: costs.parameters.deployed
    case .trained: costs.parameters.trained
    case .published: costs.parameters.published
    case .optimizerBytes: costs.optimizerBytes
    case .activationBytes: costs.activationBytes
    case .flopsPerToken: costs.flopsPerToken
    case .fileBytes: costs.fileBytes
    case .addedLatencyEstimate: costs.addedLatencyEstimate
    }
  }

  var countsParameters: Bool {
    switch self {
    case .deployed, .trained, .published: true
    case .optimizerBytes, .activationBytes, .flopsPerToken, .fileBytes, .addedLatencyEstimate: false
    }
  }
}

/// A hard limit on one cost.
public struct CostLimit: Codable, Hashable, Sendable {
  public let cost: CostName
  /// The largest allowed value.
  public let limit: Int

  public init(cost: CostName, limit: Int) {
    self.cost = cost
    self.limit = limit
  }
}

/// One thing that the search optimises.
public struct Objective: Codable, Hashable, Sendable {
  /// What is measured.
  public enum Quantity: Codable, Hashable, Sendable {
    /// The validation score, noisy.
    case score
    /// A cost, exact.
    case cost(CostName)
  }

  public enum Direction: String, Codable, Hashable, Sendable, CaseIterable {
    case maximize = "max"
    case minimize = "min"
  }

  public let quantity: Quantity
  public let direction: Direction

  public init(_ quantity: Quantity, _ direction: Direction) {
    self.quantity = quantity
    self.direction = direction
  }
}
