/// What a strategy with an end of its own will have run, stage by stage.
///
/// Numbers are the most that can be needed: arms that are the same training within a block run once.
public struct StrategyPlan: Sendable, Hashable {
  /// One stage.
  public struct Stage: Sendable, Hashable {
    public let name: String
    /// What is varied.
    public let arms: Int
    /// How often each arm is run.
    public let blocks: Int

    public init(_ name: String, arms: Int, blocks: Int) {
      self.name = name
      self.arms = arms
      self.blocks = blocks
    }

    public var runs: Int { arms * blocks }
  }

  public let stages: [Stage]

  public init(stages: [Stage]) {
    self.stages = stages
  }

  /// Trials of all stages together, references and `start:` configurations apart.
  public var runs: Int { stages.reduce(0) { $0 + $1.runs } }
}
