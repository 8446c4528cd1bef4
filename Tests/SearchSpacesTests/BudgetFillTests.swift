import Testing

@testable import SearchSpaces

/// Sizes solved from a budget of 0.5 %: the table of papers/s4.md, section 4.2.
@Suite struct BudgetFillTests {
  struct Row: Sendable {
    let name: String
    let shape: BackboneShape
    let total: Int
    let budget: Int
    /// {A,L} {A,P} {A,P,B} {P,B,L} {A} {P} {L}, sizes by method, and the counts that are given.
    let sizes: [[String: Int]]
    let counts: [Int?]
  }

  static let sets = [
    ["adapter", "lora"], ["adapter", "prefix"], ["adapter", "prefix", "bitfit"],
    ["prefix", "bitfit", "lora"], ["adapter"], ["prefix"], ["lora"],
  ]

  static func sizes(_ values: [[Int]]) -> [[String: Int]] {
    zip(sets, values).map { names, values in
      Dictionary(uniqueKeysWithValues: zip(names.filter { $0 != "bitfit" }, values))
    }
  }

  static let rows = [
    Row(
      name: "MiniLM-L6-H384", shape: Shapes.miniLM6, total: 22_713_216, budget: 113_566,
      sizes: sizes([[12, 6], [12, 12], [9, 9], [9, 5], [24], [24], [12]]),
      counts: [18_828, 18_828, 18_441, 18_816, nil, nil, nil]),
    Row(
      name: "MiniLM-L12-H384", shape: Shapes.miniLM12, total: 33_360_000, budget: 166_800,
      sizes: sizes([[9, 4], [8, 9], [6, 6], [6, 3], [17], [18], [9]]),
      counts: [nil, nil, nil, nil, nil, nil, nil]),
    Row(
      name: "BERT-base", shape: Shapes.bertBase, total: 109_482_240, budget: 547_411,
      sizes: sizes([[15, 7], [15, 14], [11, 12], [12, 6], [29], [29], [14]]),
      counts: [45_327, nil, 44_555, nil, nil, nil, nil]),
    Row(
      name: "RoBERTa-base", shape: Shapes.roberta, total: 124_645_632, budget: 623_228,
      sizes: sizes([[17, 8], [17, 16], [13, 14], [14, 7], [33], [33], [16]]),
      counts: [nil, nil, nil, nil, nil, nil, nil]),
  ]

  static func file(_ methods: [String], budget: String = "0.5%", more: String = "") -> String {
    """
    version: 1
    methods:
      adapter: {bottleneck: fill}
      prefix: {length: fill, mlp-width: 0}
      lora: {rank: fill}
      bitfit: {}
    each-group: {choice: [[\(methods.joined(separator: ", "))], [adapter, prefix, lora, bitfit]]}
    budget: {deployed: \(budget)\(more)}
    """
  }

  @Test(arguments: rows)
  func sizesEqualThePaperTable(row: Row) throws {
    #expect(row.shape.parameterCount == row.total)
    for (index, methods) in Self.sets.enumerated() {
      let space = try space(Self.file(methods), row.shape)
      #expect(space.limits == [CostLimit(cost: .deployed, limit: row.budget)])
      let candidate = try space.candidate(at: ["methods": .list(methods.sorted())])
      let layer = try #require(candidate.configuration.layers.first)
      for (name, size) in row.sizes[index] {
        let instance = try #require(layer.first { $0.name == name })
        let parameter = try #require(space.schemas[name]?.sizeParameter)
        #expect(instance.parameters[parameter] == .integer(size), "\(row.name) \(methods) \(name)")
      }
      let count = candidate.costs.parameters.deployed
      #expect(count <= row.budget)
      if let expected = row.counts[index] { #expect(count == expected * row.shape.layers) }
    }
  }

  @Test func bitFitAloneCannotSpendTheBudget() throws {
    for (row, share) in zip(Self.rows, [0.22, 0.30, 0.185, 0.16]) {
      let space = try space(Self.file(["bitfit"]), row.shape)
      let use = try #require(try space.candidate(at: ["methods": .list(["bitfit"])]).budgetUse)
      #expect(abs(use - share) < 0.006, "\(row.name): \(use)")
    }
  }

  @Test func unspentRestIsSmallerThanTheSmallestStep() throws {
    // papers/s4.md, 6.A.4: counts never exceed the share, and less than one step is left.
    let space = try shippedSpace("s4", Shapes.bertBase)
    var random = TestRandom(5)
    var seen = 0
    while seen < 600 {
      let point = space.sample(using: &random)
      guard let candidate = try? space.candidate(at: point) else { continue }
      seen += 1
      let spread = point["spread"]?.asText.flatMap(LayerSpread.init) ?? .uniform
      let layers = candidate.configuration.layers
      let weights = (1...12).map { spread.weight(ofLayer: $0, of: 12) }
      let sum = zip(layers, weights).reduce(0) { $1.0.isEmpty ? $0 : $0 + $1.1 }
      for (methods, weight) in zip(layers, weights) {
        let steps = ["adapter": 1537, "prefix": 1536, "lora": 3072]
        guard let smallest = methods.compactMap({ steps[$0.name] }).min() else { continue }
        let used = methods.reduce(0) { total, method in
          total + (space.costModel.facts(of: method)?.counts.deployed ?? 0)
        }
        let share = 547_411 * weight / sum
        #expect(used <= share)
        #expect(share - used < smallest)
      }
    }
  }

  @Test func spreadIsMonotoneWithinOneStep() throws {
    for spread in ["increasing", "decreasing"] {
      let space = try space(Self.file(["lora"], more: ", spread: \(spread)"))
      let candidate = try space.candidate(at: ["methods": .list(["lora"])])
      let ranks = candidate.configuration.layers.map { $0[0].parameters["rank"]?.asInteger ?? 0 }
      #expect(ranks == (spread == "increasing" ? ranks.sorted() : ranks.sorted(by: >)))
      #expect(ranks.first != ranks.last)
      // Layer i of 12: ⌊547411 · (11 + 2 (i − 1)) / 264⌋ / 3072; from half to 1.5 of the mean.
      let law = (1...12).map { 547_411 * (9 + 2 * $0) / 264 / 3072 }
      #expect(ranks == (spread == "increasing" ? law : law.reversed()))
    }
  }

  @Test func frozenLayersLeaveTheirShareUnlessTheScopeIsPerLayer() throws {
    func rank(_ scope: String) throws -> ParameterValue? {
      let space = try space(
        """
        version: 1
        groups: {pattern: uniform, count: 2}
        tuned: [2]
        methods: {lora: {rank: fill, targets: [query, value]}}
        budget: {deployed: 0.5%, scope: \(scope)}
        """)
      return try space.candidate(at: [:]).configuration.layers[11][0].parameters["rank"]
    }
    #expect(try rank("total") == .integer(29))
    #expect(try rank("per-layer") == .integer(14))
  }

  @Test func fixedAndModelWideMethodsArePaidFirst() throws {
    let text = """
      version: 1
      methods:
        lora: {rank: fill}
        adapter: {bottleneck: 4}
        embeddings: {parts: [norm]}
      each-group: [adapter, lora]
      model: [embeddings]
      budget: {deployed: 240000}
      """
    let candidate = try space(text).candidate(at: [:])
    // (240000 − 1536) / 12 = 19872; the adapter takes 6916; 12956 / 3072 = 4.2.
    let lora = try #require(candidate.configuration.layers[0].first { $0.name == "lora" })
    #expect(lora.parameters["rank"] == .integer(4))
    #expect(candidate.costs.parameters.deployed == 12 * (6916 + 4 * 3072) + 1536)
  }

  @Test func sharesBelowSizeOneAreRefusedWithTheNumbers() throws {
    let space = try space(Self.file(["adapter", "lora"], budget: "40000"))
    #expect(
      throws: Infeasibility.doesNotFit(
        layer: 1, methods: ["adapter", "lora"], smallest: 5377, share: 3333)
    ) {
      try space.candidate(at: ["methods": .list(["adapter", "lora"])])
    }
    let tight = try self.tight(share: 5500)
    #expect(tight == [1, 1])
  }

  /// Sizes of {A, L} on BERT-base where the equal parts do not pay for size 1 of both.
  private func tight(share: Int) throws -> [Int] {
    let space = try space(Self.file(["adapter", "lora"], budget: String(share * 12)))
    let layer = try space.candidate(at: ["methods": .list(["adapter", "lora"])])
      .configuration.layers[0]
    return [
      layer[0].parameters["bottleneck"]?.asInteger ?? 0,
      layer[1].parameters["rank"]?.asInteger ?? 0,
    ]
  }

  @Test func countsThatAreNoLineAreSolvedByBisection() throws {
    let square = MethodSchema(
      name: "square", summary: "s", scope: .layer,
      parameters: [ParameterSchema("size", .integer(1...500), default: .integer(1), "s.")],
      sizeParameter: "size", references: [], countFormula: "s²", isMergeable: false,
      parameterCounts: { instance, _ in
        let size = instance.parameters["size"]?.asInteger ?? 0
        return ParameterCounts(trained: size * size, deployed: size * size, published: size * size)
      })
    let space = try SearchSpace(
      yaml: "version: 1\nmethods: {square: {size: fill}}\nbudget: {deployed: 1200}", file: "s.yaml",
      schemas: [square], backbone: Shapes.bertBase)
    let instance = try space.candidate(at: [:]).configuration.layers[0][0]
    #expect(instance.parameters["size"] == .integer(10))
  }
}
