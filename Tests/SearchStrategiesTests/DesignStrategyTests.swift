import Foundation
import LinearAlgebra
import SearchSpaces
import Statistics
import Testing

@testable import SearchStrategies

/// The strategies that run designed experiments.
@Suite struct DesignStrategyTests {
  /// S4's space with stand-in methods: four decisions, sizes from the budget.
  static let text = """
    version: 1
    references: off
    groups: {pattern: {choice: [increasing, uniform, decreasing, spindle, bottleneck]}, count: 3}
    tuned: {subset: groups, min: 1}
    each-group: {subset: [adapter, bitfit, lora], min: 1}
    methods:
      adapter: {bottleneck: fill}
      lora: {targets: [query, value], rank: fill}
      bitfit: {}
    budget: {deployed: 24000, spread: {choice: [increasing, uniform, decreasing]}}
    training: {learning-rate: {float: [1e-4, 1e-2], log: true}}
    """

  private func space(_ text: String = Self.text) throws -> SearchSpace {
    try TestSpaces.space(text)
  }

  private func study(
    _ strategy: String, settings: [String: ParameterValue], seed: UInt64 = 1, noise: Double = 0.1,
    objective: @escaping SimulatedStudy.Objective = Self.prefersLaterLayers
  ) throws -> SimulatedStudy {
    SimulatedStudy(
      strategy: try StrategyRegistry.make(
        strategy, space: try space(), seed: seed, settings: settings),
      objective: objective, noise: noise, seed: seed)
  }

  /// Rewards LoRA in the last layers and adapters in the first ones.
  @Sendable static func prefersLaterLayers(_ configuration: PEFTConfiguration) -> Double? {
    configuration.layers.enumerated().reduce(0) { sum, layer in
      let names = layer.element.map(\.name)
      return sum + (names.contains("lora") ? Double(layer.offset) : 0)
        + (names.contains("adapter") ? Double(5 - layer.offset) : 0)
    }
  }

  private func arms(_ study: SimulatedStudy, _ contrast: String) -> [String] {
    DesignResults(study.history).scores(of: contrast).arms
  }

  // MARK: s4

  @Test func theStagesAreThoseOfThePaper() throws {
    var study = try study("s4", settings: ["models-per-space": .integer(4)])
    let plan = try #require(study.strategy.plan)
    // (1 + 5 + 3 + k3 + G · k4) · n with k3 = 3 + 1 + 2 runs of three groups, k4 = 7, and the controls.
    #expect(
      plan.stages.map(\.name) == [
        "S0 baseline", "S1 grouping", "negative controls", "S2 allocation", "S3 tuned groups",
        "S4 methods of group 1", "S4 methods of group 2", "S4 methods of group 3",
      ])
    #expect(plan.runs == (1 + 5 + 3 + 6 + 3 * 7) * 4 + 2 * 4)
    try study.run(until: 10_000)
    #expect(study.history.count <= plan.runs)
    #expect(
      DesignResults(study.history).contrasts.prefix(5) == [
        "baseline", "grouping", "control", "allocation", "tuned groups",
      ])
    #expect(arms(study, "grouping").count == 5 && arms(study, "allocation").count == 3)
    #expect(arms(study, "tuned groups").count == 6)
    for contrast in ["grouping", "allocation", "tuned groups"] {
      #expect(DesignResults(study.history).scores(of: contrast).completeRows.count == 4)
    }
  }

  /// Each stage holds what the earlier ones chose, and the choice is the highest mean.
  @Test func laterStagesKeepTheEarlierDecisions() throws {
    var study = try study("s4", settings: ["models-per-space": .integer(6)])
    try study.run(until: 10_000)
    let results = DesignResults(study.history)
    let pattern = try #require(results.scores(of: "grouping").leader)
    let spread = try #require(results.scores(of: "allocation").leader)
    let tuned = try #require(results.scores(of: "tuned groups").leader)
    for trial in study.history {
      guard let contrast = trial.design?.arms.first?.contrast, let point = trial.point,
        contrast.hasPrefix("methods")
      else { continue }
      #expect(point["groups.pattern"] == .text(pattern))
      #expect(point["spread"] == nil || point["spread"] == .text(spread))
      #expect(point["tuned"]?.asList?.joined(separator: ", ") == tuned)
      #expect(trial.origin == .model)
    }
  }

  @Test func allGroupsTunedIsFoundWhereMoreIsBetter() throws {
    var study = try study("s4", settings: ["models-per-space": .integer(8)], noise: 0.01)
    try study.run(until: 10_000)
    #expect(DesignResults(study.history).scores(of: "tuned groups").leader == "1, 2, 3")
  }

  /// Arms of one block share all that they do not vary, and their noise.
  @Test func blocksShareTheirDraws() throws {
    var study = try study("s4", settings: ["models-per-space": .integer(5)])
    try study.run(until: 10_000)
    for contrast in ["grouping", "allocation"] {
      let own = study.history.filter { $0.design?.arms.first?.contrast == contrast }
      let path = contrast == "grouping" ? "groups.pattern" : "spread"
      for (_, block) in Dictionary(grouping: own, by: { $0.design?.block ?? 0 }) {
        let rest = block.map { trial in (trial.point ?? [:]).filter { $0.key != path } }
        #expect(Set(rest).count == 1)
        #expect(Set(block.map { $0.design?.noise }).count == 1)
      }
    }
    let blocks = study.history.map {
      ($0.design?.arms.first?.contrast ?? "", $0.design?.noise ?? 0)
    }
    let owners = Dictionary(grouping: blocks, by: \.1).mapValues { Set($0.map(\.0)) }
    // No noise is shared by two stages, controls and their arm apart.
    for contrasts in owners.values {
      #expect(contrasts.count == 1 || contrasts == ["grouping", "control"])
    }
  }

  @Test func controlsRepeatAndShuffleOneArm() throws {
    var study = try study(
      "s4", settings: ["models-per-space": .integer(6), "controls": .integer(3)])
    try study.run(until: 10_000)
    let results = DesignResults(study.history)
    let controls = results.scores(of: "control")
    #expect(Set(controls.arms) == ["A/A", "shuffled layers"])
    #expect(controls.blocks.count == 3)
    for trial in study.history where trial.design?.arms.first?.contrast == "control" {
      let block = try #require(trial.design?.block)
      let twin = try #require(
        study.history.first { other in
          other.design?.block == block
            && other.design?.arms.contains(DesignArm("grouping", "spindle")) == true
        })
      if trial.design?.arms.first?.level == "A/A" {
        #expect(trial.configuration == twin.configuration)
        #expect(trial.design?.noise != twin.design?.noise)
      } else {
        #expect(trial.point == nil && trial.design?.noise == twin.design?.noise)
        #expect(trial.configuration != twin.configuration)
        #expect(
          trial.configuration.layers.map { "\($0)" }.sorted()
            == twin.configuration.layers.map { "\($0)" }.sorted())
        #expect(trial.costs.parameters == twin.costs.parameters)
      }
    }
  }

  /// Ten parallel workers finish in another order; the decisions and the trials stay the same.
  @Test func decisionsWaitForTheirStage() throws {
    let settings: [String: ParameterValue] = ["models-per-space": .integer(3)]
    var one = try study("s4", settings: settings)
    try one.run(until: 10_000)
    let strategy = try StrategyRegistry.make("s4", space: try space(), seed: 1, settings: settings)
    // The first two stages with nothing finished: no further stage may begin.
    let open = one.history.map { trial -> Trial in
      var trial = trial
      (trial.state, trial.score) = (.running, nil)
      return trial
    }
    let early = Set(["baseline", "grouping"])
    let grouping = open.prefix { early.contains($0.design?.arms.first?.contrast ?? "") }
    #expect(try strategy.ask(count: 5, history: Array(grouping)).isEmpty)
    #expect(!(try strategy.ask(count: 5, history: Array(grouping.dropLast())).isEmpty))
  }

  @Test func failedTrialsCountAsTheWorst() throws {
    var trials: [Trial] = []
    let candidate = try space().candidate(at: try space().completed([:]))
    for (number, score) in [0.5, nil, 0.7, 0.9].enumerated() {
      trials.append(
        Trial(
          number: number + 1, state: score == nil ? .failed : .complete, origin: .initial,
          point: candidate.point, configuration: candidate.configuration, costs: candidate.costs,
          score: score,
          design: DesignCell(
            arms: [DesignArm("x", number % 2 == 0 ? "a" : "b")], block: number / 2 + 1)))
    }
    let results = DesignResults(trials)
    #expect(results.scores(of: "x").score(of: "b", block: 1) == 0.5)
    #expect(results.failures(of: "x") == 1)
  }

  @Test func refusedDrawsAreCountedByTheirGaps() {
    func trial(_ block: Int) -> Trial {
      Trial(
        number: block, state: .complete, origin: .initial, point: nil,
        configuration: PEFTConfiguration(groups: [], training: TrainingSettings()),
        costs: TrialCosts(
          parameters: .zero, optimizerBytes: 0, activationBytes: 0, flopsPerToken: 0, fileBytes: 0,
          addedLatencyEstimate: 0),
        score: 1, design: DesignCell(arms: [DesignArm("x", "a")], block: block))
    }
    #expect(DesignResults([trial(1), trial(2), trial(5)]).refusedDraws(of: "x") == 2)
    #expect(DesignResults([trial(3_000_001), trial(3_000_004)]).refusedDraws(of: "x") == 2)
  }

  /// The nine sets of four groups that the paper's table shows.
  @Test func tunedSetsOfThePaper() throws {
    let four = try TestSpaces.space(
      """
      version: 1
      references: off
      groups: {sizes: [1, 2, 2, 1]}
      tuned: {subset: groups, min: 1}
      methods: {lora: {rank: 2}, bitfit: {}}
      each-group: {subset: [lora, bitfit], min: 1}
      """)
    let paper = DesignDecisions(space: four, comparesAllTunedSets: false).tunedSets
    #expect(
      Set(paper.map(DesignDecisions.name)) == [
        "1", "2", "3", "4", "1, 2", "3, 4", "1, 2, 3", "2, 3, 4", "1, 2, 3, 4",
      ])
    #expect(DesignDecisions(space: four, comparesAllTunedSets: true).tunedSets.count == 15)
  }

  // MARK: s4-factorial

  @Test func everyBlockHoldsEveryContrast() throws {
    var study = try study(
      "s4-factorial", settings: ["blocks": .integer(6), "pilot": .integer(6)])
    try study.run(until: 10_000)
    let results = DesignResults(study.history)
    #expect(study.history.count <= (try #require(study.strategy.plan)).runs)
    #expect(results.scores(of: "grouping").completeRows.count == 6)
    #expect(results.scores(of: "allocation").completeRows.count == 6)
    #expect(results.scores(of: "tuned groups").completeRows.count == 6)
    #expect(Set(results.scores(of: "control").arms).contains("A/A"))
    // The base design is one training that stands in several contrasts.
    let base = study.history.filter { Set(($0.design?.arms ?? []).map(\.contrast)).count > 1 }
    #expect(base.count >= 6)
  }

  @Test func thePilotFixesTheNumberOfBlocks() throws {
    let settings: [String: ParameterValue] = [
      "blocks": .integer(30), "pilot": .integer(4), "effect": .number(1),
    ]
    var quiet = try study("s4-factorial", settings: settings, noise: 0) { _ in 1 }
    try quiet.run(until: 10_000)
    var loud = try study("s4-factorial", settings: settings, noise: 50)
    try loud.run(until: 10_000)
    func blocks(_ study: SimulatedStudy) -> Int {
      DesignResults(study.history).scores(of: "grouping").blocks.count
    }
    // Without any spread: as many as the sign-flip test needs to reach 0.005.
    #expect(blocks(quiet) == 9)
    #expect(blocks(loud) == 30)
  }

  @Test func publishedSetsFollowTheNumberOfGroups() throws {
    func sets(_ count: Int) throws -> [String]? {
      let text = """
        version: 1
        references: off
        groups: {sizes: [\(Array(repeating: "1", count: count - 1).joined(separator: ", ")), \
        \(7 - count)]}
        methods: {lora: {rank: 2}, bitfit: {}, adapter: {bottleneck: 2}, prefix: {}}
        each-group: {subset: [adapter, bitfit, lora, prefix], min: 1}
        """
      let space = try SearchSpace(
        yaml: text, file: "t.yaml",
        schemas: TestSpaces.schemas + [TestSpaces.schema("prefix", size: nil, []) { _, _ in 1 }],
        backbone: TestSpaces.backbone)
      return DesignDecisions(space: space, comparesAllTunedSets: true).publishedSets()
        .map { $0.map(DesignDecisions.name) }
    }
    #expect(
      try sets(4) == [
        "adapter, lora", "adapter, prefix", "adapter, bitfit, prefix", "bitfit, lora, prefix",
      ])
    #expect(
      try sets(3) == ["adapter, lora", "adapter, bitfit, prefix", "bitfit, lora, prefix"])
    #expect(try sets(2) == nil)
  }

  @Test func fixingADecisionGivesItsValue() throws {
    let space = try space()
    var random = CounterRandom(RandomKey(seed: 9))
    for path in ["groups.pattern", "tuned", "spread", "group2.methods"] {
      for value in try #require(space.alternatives(of: path)) {
        let unit = space.dimensions.map { _ in random.uniform() }
        let fixed = space.unit(unit, fixing: "tuned", to: .list(["1", "2", "3"]))
        let point = space.point(fromUnit: space.unit(fixed, fixing: path, to: value))
        // The spread does not exist where nothing is filled.
        if let got = point[path] { #expect(got == value) } else { #expect(path == "spread") }
      }
    }
    #expect(space.alternatives(of: "training.learning-rate") == nil)
    #expect(space.alternatives(of: "nothing") == nil && space.groupCount == 3)
  }
}
