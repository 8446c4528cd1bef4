import Testing

@testable import SearchSpaces

/// Exact costs against numbers made by hand.
@Suite struct CostTests {
  static func costs(
    _ groups: [LayerGroup], model: [MethodInstance] = [], batch: Int = 32, length: Int = 128,
    on shape: BackboneShape = Shapes.miniLM6
  ) -> TrialCosts {
    TrialCosts(
      of: PEFTConfiguration(
        groups: groups, model: model,
        training: TrainingSettings(batch: batch, maximumLength: length)), on: shape,
      schemas: Dictionary(
        uniqueKeysWithValues: (TestSchemas.all + [TestSchemas.prompt, TestSchemas.deepPrompt]).map {
          ($0.name, $0)
        }))
  }

  static let lora = TestSchemas.lora.defaultInstance

  @Test func loraOnTheUpperHalf() {
    let costs = Self.costs([
      LayerGroup(layers: 3, methods: []), LayerGroup(layers: 3, methods: [Self.lora]),
    ])
    let counts = 3 * 4 * 384 * 8
    #expect(
      costs.parameters == ParameterCounts(trained: counts, deployed: counts, published: counts))
    #expect(costs.optimizerBytes == 12 * counts)
    #expect(costs.fileBytes == 4 * counts)
    // 6 layers of 4·D² + 2·D·F + 2·n·D multiply-adds, and one for each parameter of LoRA.
    let layer = 4 * 384 * 384 + 2 * 384 * 1536 + 2 * 128 * 384
    #expect(costs.flopsPerToken == 2 * (6 * layer + counts))
    // Three layers are kept, each with 8·D + F + H·n + 4 numbers a token, and the embeddings and
    // the input of the lowest; LoRA keeps R.
    let kept = 2 * 384 + 3 * (8 * 384 + 1536 + 12 * 128 + 4) + 3 * 8
    #expect(costs.activationBytes == 4 * 32 * 128 * kept)
  }

  @Test func headOnlyCostsNothing() {
    let costs = Self.costs([LayerGroup(layers: 6, methods: [])])
    #expect(costs.parameters == .zero)
    #expect(costs.optimizerBytes == 0 && costs.activationBytes == 0 && costs.fileBytes == 0)
  }

  @Test func rewritingMethodsAddNoWorkAndKeyBiasesAreNotTrained() {
    let costs = Self.costs([LayerGroup(layers: 6, methods: [TestSchemas.bitFit.defaultInstance])])
    #expect(costs.parameters.deployed == 6 * 11 * 384)
    #expect(costs.parameters.trained == 6 * 10 * 384)
    #expect(costs.flopsPerToken == Self.costs([LayerGroup(layers: 6, methods: [])]).flopsPerToken)
  }

  /// What can be folded costs nothing afterwards; an adapter of b = 48 in two of six layers does
  /// 2·D·b + b + D multiply-adds a token in each.
  @Test func onlyWhatCannotBeFoldedAddsToTheLatencyEstimate() {
    let folded = [Self.lora, TestSchemas.bitFit.defaultInstance]
    #expect(Self.costs([LayerGroup(layers: 6, methods: folded)]).addedLatencyEstimate == 0)
    let costs = Self.costs([
      LayerGroup(layers: 4, methods: folded),
      LayerGroup(layers: 2, methods: folded + [TestSchemas.adapter.defaultInstance]),
    ])
    let added = 2 * (2 * 384 * 48 + 48 + 384)
    let backbone = 6 * (4 * 384 * 384 + 2 * 384 * 1536 + 2 * 128 * 384)
    #expect(costs.addedLatencyEstimate == (1_000_000 * added + backbone - 1) / backbone)
  }

  @Test func sharedPartsAreCountedOnceForEqualInstances() {
    let prefix = TestSchemas.prefix.defaultInstance
    var other = prefix
    other.parameters["length"] = .integer(4)
    let once = 10 * 384 + 384 * 512 + 512
    let layer = 2 * (384 * 512 + 384)
    let same = Self.costs([
      LayerGroup(layers: 2, methods: [prefix]), LayerGroup(layers: 2, methods: []),
      LayerGroup(layers: 2, methods: [prefix]),
    ])
    #expect(same.parameters.trained == 4 * layer + once)
    #expect(same.parameters.deployed == 4 * 2 * 10 * 384)
    let two = Self.costs([
      LayerGroup(layers: 2, methods: [prefix]), LayerGroup(layers: 2, methods: []),
      LayerGroup(layers: 2, methods: [other]),
    ])
    #expect(two.parameters.trained == 4 * layer + 2 * once - 6 * 384)
  }

  @Test func modelWideMethodsKeepEveryLayer() {
    let costs = Self.costs(
      [LayerGroup(layers: 6, methods: [])], model: [TestSchemas.embeddings.defaultInstance])
    #expect(costs.parameters.trained == 30_522 * 384 + 2 * 384)
    #expect(costs.activationBytes == 4 * 32 * 128 * (384 + 6 * (8 * 384 + 1536 + 12 * 128 + 4)))
  }

  /// P = 20 rows before 128 tokens: 148 rows go through every layer, with or without LoRA.
  @Test(arguments: [[], [lora]])
  func insertedRowsWorkAsTokensDo(methods: [MethodInstance]) {
    let groups = [LayerGroup(layers: 6, methods: methods)]
    let costs = Self.costs(groups, model: [TestSchemas.prompt.defaultInstance])
    let own = methods.isEmpty ? 0 : 6 * 4 * 384 * 8
    #expect(costs.parameters.deployed == 20 * 384 + own)
    func layers(_ rows: Int) -> Int { 6 * (4 * 384 * 384 + 2 * 384 * 1536 + 2 * rows * 384) }
    let flops = 148 * 2 * (layers(148) + own)
    #expect(costs.flopsPerToken == (flops + 127) / 128)
    let kept = 2 * 384 + 2 + 6 * (8 * 384 + 1536 + 12 * 148 + 4) + 6 * (methods.isEmpty ? 0 : 8)
    #expect(costs.activationBytes == 4 * 32 * 148 * kept)
    // LoRA is folded; the rows stay.
    let added = 148 * layers(148) - 128 * layers(128)
    #expect(costs.addedLatencyEstimate == (1_000_000 * added - 1) / (128 * layers(128)) + 1)
  }

  /// Keys and values of every layer are work, but no rows: what a prefix of 20 in each layer costs.
  @Test func positionsAreTakenWithoutRows() {
    let deep = Self.costs(
      [LayerGroup(layers: 6, methods: [])], model: [TestSchemas.deepPrompt.defaultInstance])
    var prefix = TestSchemas.prefix.defaultInstance
    prefix.parameters["length"] = .integer(20)
    prefix.parameters["mlp-width"] = .integer(0)
    let flat = Self.costs([LayerGroup(layers: 6, methods: [prefix])])
    #expect(deep == flat)
    let short = Self.costs(
      [LayerGroup(layers: 12, methods: [])], model: [TestSchemas.deepPrompt.defaultInstance],
      on: Shapes.embedded)
    let fitting = Self.costs(
      [LayerGroup(layers: 12, methods: [])], model: [TestSchemas.deepPrompt.defaultInstance],
      length: 28, on: Shapes.embedded)
    #expect(short == fitting)
  }

  /// 48 positions: 28 of 128 asked for are left to the text.
  @Test func textsAreCutToWhatInsertedRowsLeave() {
    func costs(length: Int) -> TrialCosts {
      Self.costs(
        [LayerGroup(layers: 12, methods: [])], model: [TestSchemas.prompt.defaultInstance],
        length: length, on: Shapes.embedded)
    }
    #expect(costs(length: 128) == costs(length: 28))
    #expect(costs(length: 27).activationBytes < costs(length: 28).activationBytes)
  }

  @Test func promptsThatLeaveNoRoomAreNoCandidates() throws {
    let space = try SearchSpace(
      yaml: """
        version: 1
        methods: {lora: {rank: 4}, prompt-tuning: {length: {int: [1, 64]}}}
        model: [prompt-tuning]
        """, file: "s.yaml", schemas: TestSchemas.all + [TestSchemas.prompt],
      backbone: Shapes.embedded)
    let path = "model.prompt-tuning.length"
    #expect(throws: Never.self) { try space.candidate(at: [path: .integer(40)]) }
    let fault = Infeasibility.noRoomForText(taken: 41, positions: 48)
    #expect(throws: fault) { try space.candidate(at: [path: .integer(41)]) }
    #expect(
      fault.description
        == "the methods take 41 of 48 positions, and a text needs 8 at least")
  }

  @Test func methodsThatRefuseTheBackboneAreNoCandidates() throws {
    var schema = TestSchemas.prompt
    schema.refusal = { instance, shape in
      (instance.parameters["length"]?.asInteger ?? 0) > shape.layers ? "is too long. Cut it" : nil
    }
    let space = try SearchSpace(
      yaml: """
        version: 1
        methods: {lora: {rank: 4}, prompt-tuning: {length: {int: [1, 64]}}}
        model: [prompt-tuning]
        """, file: "s.yaml", schemas: TestSchemas.all + [schema], backbone: Shapes.embedded)
    let path = "model.prompt-tuning.length"
    #expect(throws: Never.self) { try space.candidate(at: [path: .integer(12)]) }
    let fault = Infeasibility.refused(method: "prompt-tuning", reason: "is too long. Cut it")
    #expect(throws: fault) { try space.candidate(at: [path: .integer(13)]) }
    #expect(fault.description == "method 'prompt-tuning' is too long. Cut it")
  }

  @Test func sequencesAreNoLongerThanThePositions() {
    let long = Self.costs(
      [LayerGroup(layers: 12, methods: [Self.lora])], length: 128, on: Shapes.embedded)
    let fitting = Self.costs(
      [LayerGroup(layers: 12, methods: [Self.lora])], length: 48, on: Shapes.embedded)
    #expect(long == fitting)
  }

  @Test func absurdSettingsSaturate() {
    let shape = BackboneShape(
      layers: 1024, width: 262_144, feedForward: 1_048_576, heads: 4096, vocabulary: 16_777_216,
      positions: 16_777_216)
    let costs = Self.costs(
      [LayerGroup(layers: 1024, methods: [Self.lora])], batch: 65_536, length: 1_000_000, on: shape)
    #expect(costs.activationBytes == .max)
    #expect(costs.parameters.deployed == 1024 * 4 * 262_144 * 8)
  }

  @Test func publishedConfigurationsOfAutoPEFT() {
    // papers/autopeft.md, section 4.
    func counts(_ methods: [MethodInstance], _ shape: BackboneShape) -> ParameterCounts {
      Self.costs([LayerGroup(layers: shape.layers, methods: methods)], on: shape).parameters
    }
    func instance(_ schema: MethodSchema, _ name: String, _ size: Int) -> MethodInstance {
      var instance = schema.defaultInstance
      instance.parameters[name] = .integer(size)
      return instance
    }
    let serial = { instance(TestSchemas.adapter, "bottleneck", $0) }
    let parallel = { instance(TestSchemas.parallel, "bottleneck", $0) }
    let prefix = { instance(TestSchemas.prefix, "length", $0) }
    let base = Shapes.bertBase
    #expect(counts([serial(48)], base).published == 884_736)
    #expect(counts([serial(48)], base).deployed == 894_528)
    #expect(counts([prefix(10)], base).deployed == 184_320)
    #expect(counts([Self.lora], base).deployed == 294_912)
    #expect(counts([parallel(384), prefix(30)], base).published == 7_630_848)
    #expect(counts([serial(48), prefix(10), Self.lora], base).published == 1_363_968)
    let small = Shapes.miniLM6
    #expect(counts([serial(24)], small).published == 110_592)
    #expect(counts([prefix(10)], small).published == 46_080)
    #expect(counts([Self.lora], small).published == 73_728)
    #expect(counts([parallel(192), prefix(30)], small).published == 1_022_976)
  }

  @Test func limitsRefuseWithTheNumbers() throws {
    let space = try space(
      """
      version: 1
      methods: {lora: {rank: {int: [1, 64]}}}
      budget: {optimizer-bytes: 2MB, activation-bytes: 20GB, flops-per-token: 200M, file-bytes: 1MiB}
      """)
    #expect(
      space.limits.map(\.limit) == [2_000_000, 20_000_000_000, 200_000_000, 1_048_576])
    #expect(throws: Never.self) { try space.candidate(at: ["lora.rank": .integer(4)]) }
    #expect(
      throws: Infeasibility.overBudget(cost: "optimizer-bytes", value: 2_211_840, limit: 2_000_000)
    ) { try space.candidate(at: ["lora.rank": .integer(5)]) }
  }
}
