public import SearchSpaces
public import SearchStrategies

/// What a study tries: first the configurations that are given, then what a strategy proposes.
public struct StudyPlan: Sendable {
  /// A configuration that is tried whatever the strategy thinks of it.
  public struct Given: Sendable {
    /// `.reference` or `.start`.
    public var origin: TrialOrigin
    /// nil for configurations that lie outside the space.
    public var point: SearchPoint?
    public var configuration: PEFTConfiguration
    public var costs: TrialCosts

    public init(
      origin: TrialOrigin, point: SearchPoint? = nil, configuration: PEFTConfiguration,
      costs: TrialCosts
    ) {
      self.origin = origin
      self.point = point
      self.configuration = configuration
      self.costs = costs
    }
  }

  /// Asks for the one next configuration; nil where there is none for this history.
  public typealias Ask = @Sendable (_ history: [Trial]) throws -> Proposal?

  /// In the order in which they are tried; each configuration once.
  public let given: [Given]
  let ask: Ask

  /// - Parameters:
  ///   - given: references and start configurations; a repeated one counts at its first place.
  ///   - ask: a pure function of the history.
  public init(given: [Given], ask: @escaping Ask) {
    var seen: Set<String> = []
    self.given = given.filter { seen.insert($0.configuration.identity).inserted }
    self.ask = ask
  }

  /// The plan of a strategy.
  public init(given: [Given], strategy: any SearchStrategy) {
    self.init(given: given) { try strategy.ask(count: 1, history: $0).first }
  }
}
