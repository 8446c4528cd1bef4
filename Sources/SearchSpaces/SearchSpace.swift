/// A space of fine-tuning configurations for one backbone: what a space file means.
///
/// A *point* gives a value to every active decision (`SearchPoint`). Every point has one canonical
/// form: decisions that do not exist at the point are absent, a method of size 0 is the same as a
/// method that is left out, a group without methods is the same as a group that is not tuned. So
/// two different canonical points are two different decisions.
public struct SearchSpace: Sendable {
  /// The file's name in messages.
  public let file: String
  public let backbone: BackboneShape
  /// The known methods by name.
  public let schemas: [String: MethodSchema]
  /// The coordinates of the encoded space; a subset has one for each member.
  public let dimensions: [SpaceDimension]
  /// The file's `description`.
  public let summary: String?
  /// What the search optimises, the score first where the file does not say otherwise.
  public let objectives: [Objective]
  /// Hard limits on costs that are known before training.
  public let limits: [CostLimit]
  /// The strategy that the file names, or nil.
  public let strategyName: String?
  /// Further settings of the strategy, checked by the strategy.
  public let strategySettings: [String: ParameterValue]
  /// The fixed training settings, and the defaults of the searched ones.
  public let trainingDefaults: TrainingSettings
  /// How many seeds each candidate is trained with.
  public let seeds: Int
  /// Whether the search trains the references first.
  public let usesReferences: Bool
  /// Configurations to try first.
  public internal(set) var start: [StartConfiguration]

  let costModel: CostModel
  let plan: SpacePlan
  let indexOfPath: [String: Int]

  /// The configuration that a point stands for, with its exact costs.
  ///
  /// - Throws: why the point is no candidate: a value is missing or outside its domain, nothing is
  ///   tuned, a limit or a constraint is broken.
  public func candidate(at point: SearchPoint) throws(Infeasibility) -> Candidate {
    var resolution = try resolve(values(of: point), completing: false)
    return try assemble(&resolution)
  }

  /// The canonical form of a point.
  public func canonical(_ point: SearchPoint) throws(Infeasibility) -> SearchPoint {
    self.point(of: try resolve(values(of: point), completing: false).values)
  }

  /// The canonical point with defaults in the place of decisions that the given one leaves out.
  public func completed(_ partial: SearchPoint) throws(Infeasibility) -> SearchPoint {
    self.point(of: try resolve(values(of: partial), completing: true).values)
  }

  /// The exact costs of any configuration on this space's backbone.
  public func costs(of configuration: PEFTConfiguration) -> TrialCosts {
    TrialCosts(of: configuration, model: costModel)
  }
}

/// A configuration that the file wants tried first.
public struct StartConfiguration: Hashable, Sendable {
  /// The point, where the file gives one; nil for a configuration written in full.
  public let point: SearchPoint?
  public let configuration: PEFTConfiguration

  public init(point: SearchPoint?, configuration: PEFTConfiguration) {
    self.point = point
    self.configuration = configuration
  }
}

extension SearchSpace {
  /// The values of a point in the order of the hyper-parameters.
  func values(of point: SearchPoint) throws(Infeasibility) -> [ParameterValue?] {
    var values = [ParameterValue?](repeating: nil, count: plan.hyperparameters.count)
    for (path, value) in point {
      guard let index = indexOfPath[path] else { throw .unknownPath(path) }
      guard plan.hyperparameters[index].domain.contains(value) else {
        throw .outside(path: path, value: value.description)
      }
      values[index] = value
    }
    return values
  }

  /// The point of values in the order of the hyper-parameters.
  func point(of values: [ParameterValue?]) -> SearchPoint {
    var point = SearchPoint(minimumCapacity: values.count)
    for (index, value) in values.enumerated() {
      if let value { point[plan.hyperparameters[index].path] = value }
    }
    return point
  }
}
