import Foundation
import SearchSpaces
import SearchStrategies
import Testing

/// The laws of `SearchStrategy`, over every registered member and several spaces.
struct StrategyLawTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let strategy: String
    let space: String
    var testDescription: String { "\(strategy) on \(space)" }
  }

  static let spaces = [
    "tiny": TestSpaces.tiny, "discrete": TestSpaces.discrete, "mixed": TestSpaces.mixed,
    "limited": TestSpaces.limited, "grouped": TestSpaces.grouped, "costly": TestSpaces.costly,
  ]

  /// Few iterations of the sampler: the laws do not depend on how well it mixes.
  static let settings: [String: [String: ParameterValue]] = [
    "saas": ["warm-up": .integer(12), "samples": .integer(4), "thinning": .integer(2)],
    "autopeft": [
      "warm-up": .integer(12), "samples": .integer(4), "thinning": .integer(2),
      "evaluations": .integer(200),
    ],
    "transfer": ["seeds": .integer(10), "top": .integer(6)],
  ]

  static func make(
    _ name: String, space: SearchSpace, seed: UInt64, plannedTrials: Int? = 24
  ) throws -> any SearchStrategy {
    try StrategyRegistry.make(
      name, space: space, seed: seed, settings: settings[name] ?? [:],
      plannedTrials: plannedTrials, earlier: try earlier(name, space: space, seed: seed))
  }

  /// A run that found six points, for a strategy that has nothing to propose without one.
  private static func earlier(
    _ name: String, space: SearchSpace, seed: UInt64
  ) throws -> [EarlierRun] {
    let member = StrategyRegistry.members.first { $0.name == name } as? any WarmStartable.Type
    guard member?.needsEarlierRun ?? false else { return [] }
    let design = try StrategyRegistry.make("random", space: space, seed: seed)
    let trials = try design.ask(count: 6, history: []).enumerated().map { index, proposal in
      let candidate = proposal.candidate
      return Trial(
        number: index + 1, state: .complete, origin: .initial, point: candidate.point,
        configuration: candidate.configuration, costs: candidate.costs,
        score: Double(index) + Double(seed))
    }
    return [EarlierRun(name: "earlier", trials: trials, space: space)]
  }

  static let cases: [Case] = StrategyRegistry.members.flatMap { member in
    spaces.keys.sorted().map { Case(strategy: member.name, space: $0) }
  }

  private func study(_ item: Case, seed: UInt64, window: Int = 0) throws -> SimulatedStudy {
    let space = try TestSpaces.space(#require(Self.spaces[item.space]))
    return SimulatedStudy(
      strategy: try Self.make(item.strategy, space: space, seed: seed),
      objective: TestObjectives.failing, noise: 0.05, seed: seed, window: window)
  }

  /// Valid, within the budget, distinct, also where some trials fail and some are pending.
  @Test(arguments: cases)
  func proposalsAreValidAndDistinct(item: Case) throws {
    let space = try TestSpaces.space(#require(Self.spaces[item.space]))
    var study = try study(item, seed: 3, window: 3)
    try study.run(until: 20)
    #expect(study.history.count == 20)
    #expect(Set(study.history.map(\.trainingIdentity)).count == 20)
    for trial in study.history {
      guard let point = trial.point else {
        // Only a control or a reference of a designed experiment lies outside the space.
        let arms = trial.design?.arms ?? []
        #expect(
          !arms.isEmpty
            && arms.allSatisfy {
              $0.contrast == "control" || TransferStrategy.isReference($0.level)
            })
        continue
      }
      let candidate = try space.candidate(at: point)
      #expect(candidate.configuration == trial.configuration && candidate.point == point)
      if item.space == "limited" { #expect(trial.costs.parameters.deployed <= 9000) }
    }
  }

  @Test(arguments: cases)
  func sameHistoryAndSeedGiveTheSameAnswer(item: Case) throws {
    var first = try study(item, seed: 5, window: 1)
    try first.run(until: 15)
    var second = try study(item, seed: 5, window: 1)
    try second.run(until: 15)
    #expect(first.history == second.history)
    // A fresh instance that never saw the earlier proposals answers as the old one.
    let fresh = try study(item, seed: 5)
    let answers = try [first.strategy, fresh.strategy].map {
      try $0.ask(count: 2, history: first.seen).map(\.candidate)
    }
    #expect(answers[0] == answers[1])
    var other = try study(item, seed: 6, window: 1)
    try other.run(until: 15)
    #expect(first.history.map(\.configuration) != other.history.map(\.configuration))
  }

  /// Asking for two is asking for one, then for one with the first pending.
  @Test(arguments: cases)
  func batchesEqualSingleQuestions(item: Case) throws {
    for size in [0, 4, 14] {
      var study = try study(item, seed: 8, window: 1)
      try study.run(until: size)
      let batch = try study.strategy.ask(count: 3, history: study.seen)
      var history = study.seen
      for proposal in batch {
        let single = try study.strategy.ask(count: 1, history: history)
        #expect(single.map(\.candidate) == [proposal.candidate])
        #expect(single.map(\.origin) == [proposal.origin])
        history.append(
          Trial(
            number: history.count + 1, state: .running, origin: proposal.origin,
            point: proposal.point, configuration: proposal.candidate.configuration,
            costs: proposal.candidate.costs, design: proposal.design, fidelity: proposal.fidelity))
        #expect(single.map(\.fidelity) == [proposal.fidelity])
      }
    }
  }

  @Test(arguments: StrategyRegistry.members.indices)
  func exhaustedSpacesEndCleanly(index: Int) throws {
    let name = StrategyRegistry.members[index].name
    let space = try TestSpaces.space(TestSpaces.tiny)
    let all = try #require(space.allPoints(limit: 1000))
    #expect(all.count == 24)
    var study = try study(Case(strategy: name, space: "tiny"), seed: 2)
    try study.run(until: 1000)
    if let plan = study.strategy.plan {
      // A plan ends where it says, or earlier where arms are the same training.
      #expect(!study.history.isEmpty && study.history.count <= plan.runs)
      #expect(try study.strategy.ask(count: 3, history: study.history).isEmpty)
      return
    }
    #expect(Set(study.history.compactMap(\.point)) == Set(all))
    #expect(study.history.count { $0.fidelity?.continues == nil } == 24)
    #expect(try study.strategy.ask(count: 3, history: study.history).isEmpty)
    // A promotion may need the result of the one before.
    guard study.history.allSatisfy({ $0.fidelity == nil }) else { return }
    let last = try study.strategy.ask(count: 5, history: Array(study.history.prefix(22)))
    #expect(last.count == 2)
  }

  /// A configuration that only stands in the history as a reference without a point, as a failure
  /// or as waiting is as little repeated as a finished one.
  @Test(arguments: StrategyRegistry.members.indices)
  func nothingInTheHistoryIsRepeated(index: Int) throws {
    let name = StrategyRegistry.members[index].name
    let space = try TestSpaces.space(TestSpaces.tiny)
    let all = try #require(space.allPoints(limit: 1000))
    var history: [Trial] = []
    for (place, point) in all.dropLast(2).enumerated() {
      let candidate = try space.candidate(at: point)
      let state = TrialState.allCases[place % 4]
      history.append(
        Trial(
          number: place + 1, state: state, origin: place % 5 == 0 ? .reference : .initial,
          point: place % 5 == 0 ? nil : point, configuration: candidate.configuration,
          costs: candidate.costs, score: state == .complete ? Double(place) : nil))
    }
    let strategy = try Self.make(name, space: space, seed: 1, plannedTrials: nil)
    let proposals = try strategy.ask(count: 10, history: history)
    let known = Set(history.map(\.trainingIdentity))
    #expect(proposals.allSatisfy { !known.contains($0.trainingIdentity) })
    guard strategy.plan == nil else { return }
    #expect(Set(proposals.map(\.candidate.point)) == Set(all.suffix(2)))
  }

  static let shipped: [Case] = StrategyRegistry.members.flatMap { member in
    ShippedSpaces.names.map { Case(strategy: member.name, space: $0) }
  }

  /// The project's own space files, through the initial design and into the model.
  @Test(arguments: shipped)
  func shippedSpacesGiveValidDistinctProposals(item: Case) throws {
    let space = try ShippedSpaces.space(item.space)
    var study = SimulatedStudy(
      strategy: try Self.make(item.strategy, space: space, seed: 1, plannedTrials: 12),
      objective: TestObjectives.size, noise: 0.1, seed: 1, window: 1)
    try study.run(until: 9)
    #expect(Set(study.history.map(\.trainingIdentity)).count == 9)
    let usesModel = item.strategy != "random" && study.strategy.plan == nil
    #expect((study.history.last?.origin == .model) == usesModel)
    for trial in study.history {
      let arm = trial.design?.arms.first
      if arm?.contrast == "control" || TransferStrategy.isReference(arm?.level ?? "") { continue }
      #expect(try space.candidate(at: #require(trial.point)).configuration == trial.configuration)
    }
  }

  @Test func everyFileOfTheCatalogueIsRegistered() throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../Sources/SearchStrategies/Catalog").standardizedFileURL
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    let types = files.map { String($0.dropLast(".swift".count)) }.filter { $0 != "Registry" }
    #expect(types.sorted() == StrategyRegistry.members.map { "\($0)" }.sorted())
    for member in StrategyRegistry.members {
      #expect(!member.references.isEmpty && !member.summary.isEmpty)
    }
  }
}
