import LinearAlgebra
public import SearchSpaces
import Statistics
import Synchronization

/// S4's four decisions from one random design in which every run informs every factor.
///
/// Each block draws a random base design (grouping, allocation, tuned groups, methods, learning rate
/// and all else) and runs, with everything else equal and the same training noise:
/// - the base with every pattern of layer groups (`grouping`);
/// - the base with every allocation (`allocation`);
/// - the base with all groups tuned, and with a random proper subset (`tuned groups`);
/// - the base with its own methods, and with the paper's sets for T5-base (`published sets`), where
///   the budget has room for these at all;
/// - the two negative controls of one pattern (`DesignControls`).
/// The base itself is one run that stands in every contrast. Paired contrasts come from within the
/// blocks; main effects and the pre-declared interactions from all runs together, by ridge.
///
/// After `pilot` blocks the deviations of the paired differences between patterns fix the number of
/// blocks: what the largest of them needs to see `effect` at 5 % / (number of pairs) with 80 % power, at most
/// `blocks`. Nothing else looks at scores.
///
/// Reference: the questions are those of Chen et al., arXiv 2301.01821; pairing all options of a
/// decision within random set-ups follows GraphGym (You et al., arXiv 2011.08843, section 4).
public struct S4FactorialStrategy: SearchStrategy {
  public static let name = "s4-factorial"
  public static let summary =
    "S4's decisions from one random design in blocks of common random numbers."
  public static let references = [
    "Chen et al., arXiv 2301.01821", "You et al., arXiv 2011.08843",
  ]
  public static let settings = [
    ParameterSchema(
      "blocks", .integer(2...100_000), default: .integer(48),
      "Blocks at most; 48 give 80 % power for 0.6 deviations of a paired difference."),
    ParameterSchema(
      "pilot", .integer(2...100_000), default: .integer(12),
      "Blocks after which the spread of the paired differences fixes how many there shall be."),
    ParameterSchema(
      "effect", .number(1e-6...1e6), default: .number(0.01),
      "The smallest difference of two patterns that is worth seeing, in units of the score."),
  ]

  private let space: SearchSpace
  private let key: RandomKey
  private let largest: Int
  private let pilot: Int
  private let effect: Double
  private let decisions: DesignDecisions
  private let published: [ParameterValue]?
  private let memory = BlockMemory()

  public init(
    space: SearchSpace, seed: UInt64, settings: StrategySettings, plannedTrials: Int?
  ) {
    self.space = space
    largest = settings.integer("blocks")
    pilot = min(settings.integer("pilot"), largest)
    effect = settings.number("effect")
    let decisions = DesignDecisions(space: space, comparesAllTunedSets: true)
    self.decisions = decisions
    let draws = RandomKey(seed: seed).derived("s4-factorial")
    key = draws
    published = decisions.publishedSets().flatMap { sets in
      let stage = DesignStage(
        name: Self.name, arms: [Self.publishedArm(sets, decisions)], fixed: [], blocks: 1,
        firstBlock: 0, key: draws)
      return stage.possibleArms(space).isEmpty ? nil : sets
    }
  }

  private static func publishedArm(
    _ sets: [ParameterValue], _ decisions: DesignDecisions
  ) -> DesignStage.Arm {
    DesignStage.Arm(
      label: DesignArm(DesignContrast.sets, "published"),
      fixed: sets.enumerated().map { index, value in
        (path: decisions.methodsPath(group: index + 1), value: value)
      })
  }

  public var plan: StrategyPlan? {
    let patterns = decisions.patterns.count > 1 ? decisions.patterns.count : 1
    var stages = [
      StrategyPlan.Stage("grouping, the base design in it", arms: patterns, blocks: largest)
    ]
    if decisions.spreads.count > 1 {
      stages.append(
        StrategyPlan.Stage("allocation", arms: decisions.spreads.count - 1, blocks: largest))
    }
    if decisions.tunedSets.count > 1 {
      stages.append(StrategyPlan.Stage("tuned groups", arms: 1, blocks: largest))
    }
    if published != nil {
      stages.append(StrategyPlan.Stage("published sets", arms: 1, blocks: largest))
    }
    if patterns > 1 {
      stages.append(StrategyPlan.Stage("negative controls", arms: 2, blocks: largest))
    }
    return StrategyPlan(stages: stages)
  }

  public func ask(count: Int, history: [Trial]) throws(StrategyError) -> [Proposal] {
    var known: [String: Trial] = [:]
    for trial in history {
      if trial.state == .complete, !(trial.score?.isFinite ?? false) {
        throw .unusableScore(trial: trial.number, score: trial.score)
      }
      known[trial.trainingIdentity] = trial
    }
    let first = memory.blocks(pilot, make: block).flatMap { $0 }
    if first.isEmpty {
      throw .nothingFeasible(
        draws: Self.patience, reason: "in every draw some arm did not fit the limits")
    }
    let open = first.filter { known[$0.trainingIdentity] == nil }
    if !open.isEmpty { return Array(open.prefix(count)) }
    let own = first.compactMap { known[$0.trainingIdentity] }
    guard own.allSatisfy({ $0.state == .complete || $0.state == .failed }) else { return [] }
    let all = memory.blocks(blocks(after: own), make: block).flatMap { $0 }
    return Array(all.filter { known[$0.trainingIdentity] == nil }.prefix(count))
  }

  /// How many blocks the spread of the pilot's paired differences asks for.
  func blocks(after pilotTrials: [Trial]) -> Int {
    let scores = DesignResults(pilotTrials).scores(of: DesignContrast.grouping)
    let arms = scores.arms
    let pairs = arms.indices.flatMap { i in arms[(i + 1)...].map { (arms[i], $0) } }
    let deviations = pairs.compactMap { SampleSummary.deviation(scores.differences($0, $1)) }
    guard let widest = deviations.max() else { return largest }
    let needed = SampleSizePlan.blocks(
      deviation: widest, effect: effect, level: 0.05 / Double(pairs.count))
    return min(largest, max(pilot, needed))
  }

  /// Refused draws in a row after which there are no more blocks.
  private static let patience = 2_000

  /// The proposals of one draw; nil where an arm is no candidate.
  @Sendable private func block(_ draw: Int) -> [Proposal]? {
    var random = CounterRandom(key.derived("choices").derived(draw))
    let others = decisions.tunedSets.filter { $0 != decisions.allGroups }
    let subset = others.isEmpty ? nil : others[random.integer(below: others.count)]
    let basesOnAll = random.integer(below: 2) == 0
    var base: [(path: String, value: ParameterValue)] = []
    if let pattern = random.element(of: decisions.patterns) {
      base.append((DesignDecisions.patternPath, pattern))
    }
    if let spread = random.element(of: decisions.spreads) {
      base.append((DesignDecisions.spreadPath, spread))
    }
    if let subset {
      base.append((DesignDecisions.tunedPath, basesOnAll ? decisions.allGroups : subset))
    }
    let stage = DesignStage(
      name: Self.name, arms: arms(subset: subset), fixed: base, blocks: 1, firstBlock: 0,
      key: key)
    guard let cells = stage.cells(space, draw: draw) else { return nil }
    var proposals = cells.map { cell in
      Proposal(candidate: cell.candidate, origin: .initial, design: cell.design)
    }
    if let control = controlled(cells) {
      proposals += DesignControls.proposals(
        of: control, noise: draw + DesignStage.room / 2, key: key, space: space)
    }
    return proposals
  }

  /// All arms over a base; those that leave it as it is are the base.
  private func arms(subset: ParameterValue?) -> [DesignStage.Arm] {
    func arm(
      _ contrast: String, _ level: String, _ fixed: [(path: String, value: ParameterValue)]
    ) -> DesignStage.Arm {
      DesignStage.Arm(label: DesignArm(contrast, level), fixed: fixed)
    }
    var arms: [DesignStage.Arm] = []
    for pattern in decisions.patterns {
      arms.append(
        arm(
          DesignContrast.grouping, DesignDecisions.name(pattern),
          [(DesignDecisions.patternPath, pattern)]))
    }
    for spread in decisions.spreads {
      arms.append(
        arm(
          DesignContrast.allocation, DesignDecisions.name(spread),
          [(DesignDecisions.spreadPath, spread)])
      )
    }
    if let subset {
      arms.append(
        arm(
          DesignContrast.tuned, DesignDecisions.name(decisions.allGroups),
          [(DesignDecisions.tunedPath, decisions.allGroups)]))
      arms.append(
        arm(DesignContrast.tuned, "a random subset", [(DesignDecisions.tunedPath, subset)]))
    }
    if let published {
      arms.append(arm(DesignContrast.sets, "random", []))
      arms.append(Self.publishedArm(published, decisions))
    }
    return arms.isEmpty ? [arm(DesignContrast.baseline, "random", [])] : arms
  }

  private func controlled(_ cells: [DesignStage.Cell]) -> DesignStage.Cell? {
    func has(_ cell: DesignStage.Cell, _ level: String?) -> Bool {
      cell.design.arms.contains {
        $0.contrast == DesignContrast.grouping && (level == nil || $0.level == level)
      }
    }
    return cells.first { has($0, DesignDecisions.publishedPattern) } ?? cells.first { has($0, nil) }
  }

  /// Accepted blocks in the order of their draws; a memory of pure values.
  private final class BlockMemory: Sendable {
    private struct Walk {
      var draws = 0
      var refusedInARow = 0
      var blocks: [[Proposal]] = []
    }

    private let walk = Mutex(Walk())

    func blocks(_ count: Int, make: (Int) -> [Proposal]?) -> [[Proposal]] {
      walk.withLock { walk in
        while walk.blocks.count < count, walk.refusedInARow < S4FactorialStrategy.patience {
          walk.draws += 1
          if let block = make(walk.draws) {
            walk.blocks.append(block)
            walk.refusedInARow = 0
          } else {
            walk.refusedInARow += 1
          }
        }
        return Array(walk.blocks.prefix(count))
      }
    }
  }
}

extension CounterRandom {
  /// One of some elements; nil of none.
  fileprivate mutating func element<Element>(of elements: [Element]) -> Element? {
    elements.isEmpty ? nil : elements[integer(below: elements.count)]
  }
}
