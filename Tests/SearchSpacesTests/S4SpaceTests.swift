import Foundation
import Testing

@testable import SearchSpaces

/// What a tool must get right to speak of S4's space: papers/s4.md, section 6 A.
@Suite struct S4SpaceTests {
  static let sets = "{subset: [adapter, bitfit, lora, prefix], min: 1}"

  private static let four = """
    version: 1
    references: off
    groups: {pattern: spindle, count: 4}
    tuned: {subset: groups, min: 1}
    each-group: \(sets)
    methods:
      adapter: {bottleneck: 4}
      prefix: {mlp-width: 0, length: 4}
      lora: {rank: 4}
      bitfit: {}
    """

  @Test func fifteenSetsAGroupAndFifteenSubsetsOfGroups() throws {
    let space = try space(Self.four)
    #expect(space.groupCount == 4)
    let sets = (1...4).map { space.alternatives(of: "group\($0).methods")?.count }
    #expect(sets == [15, 15, 15, 15])
    #expect(sets.compactMap { $0 }.reduce(1, *) == 50_625)
    #expect(space.alternatives(of: "tuned")?.count == 15)
    // Σ over the tuned sets of 15^size = 16⁴ − 1.
    #expect(space.cardinality().valid == 65_535)
  }

  /// 10⁵ draws over 15 cells: χ² with 14 degrees of freedom exceeds 36.12 once in a thousand times.
  @Test func drawsAreUniform() throws {
    let space = try space(Self.four)
    var random = TestRandom(17)
    for path in ["tuned", "group2.methods"] {
      var counts: [ParameterValue: Int] = [:]
      for _ in 0..<100_000 {
        let unit = space.dimensions.map { _ in Double(random.next() >> 11) * 0x1p-53 }
        let all = space.unit(unit, fixing: "tuned", to: .list(["1", "2", "3", "4"]))
        let point = space.point(fromUnit: path == "tuned" ? unit : all)
        counts[try #require(point[path]), default: 0] += 1
      }
      let expected = 100_000.0 / 15
      let statistic = counts.values.reduce(0.0) {
        $0 + (Double($1) - expected) * (Double($1) - expected) / expected
      }
      #expect(counts.count == 15 && statistic < 36.12, "\(path): \(statistic)")
    }
  }

  /// Counted parameters equal the closed forms, never exceed the share, and less than one step of
  /// the smallest module is left; groups of BitFit alone are flagged by what they leave unspent.
  @Test func tenThousandDesignsObeyTheClosedForms() throws {
    let shape = Shapes.bertBase
    let space = try shippedSpace("s4", shape)
    let width = shape.width
    let steps = ["adapter": 2 * width + 1, "prefix": 2 * width, "lora": 4 * width]
    var random = TestRandom(23)
    var (seen, onlyBiases) = (0, 0)
    while seen < 10_000 {
      let point = space.sample(using: &random)
      guard let candidate = try? space.candidate(at: point) else { continue }
      seen += 1
      var total = 0
      for layer in candidate.configuration.layers {
        for method in layer {
          let size = { (name: String) in method.parameters[name]?.asInteger ?? 0 }
          switch method.name {
          case "adapter": total += 2 * width * size("bottleneck") + size("bottleneck") + width
          case "prefix": total += 2 * width * size("length")
          case "lora": total += 4 * width * size("rank")
          default: total += 11 * width
          }
        }
      }
      #expect(candidate.costs.parameters.deployed == total && total <= 547_411)
      let filled = candidate.configuration.layers.contains { layer in
        layer.contains { steps[$0.name] != nil }
      }
      if !filled {
        onlyBiases += 1
        #expect(try #require(candidate.budgetUse) < 0.19)
      }
    }
    #expect(onlyBiases > 0)
  }

  /// {LoRA} on BERT-base spends 94.3 %, the least of all sets that have a size.
  @Test func theLeastThatASetSpends() throws {
    let space = try space(BudgetFillTests.file(["lora"]))
    let use = try #require(try space.candidate(at: ["methods": .list(["lora"])]).budgetUse)
    #expect(abs(use - 0.943) < 0.0005)
  }

  /// From half to one and a half times the mean, in equal steps.
  @Test func allocationsRunFromHalfToOneAndAHalf() {
    for layers in [2, 6, 12, 24] {
      let rising = (1...layers).map { LayerSpread.increasing.weight(ofLayer: $0, of: layers) }
      let mean = Double(rising.reduce(0, +)) / Double(layers)
      #expect(Double(rising[0]) == 0.5 * mean)
      #expect(Double(rising[layers - 1]) == 1.5 * mean)
      #expect(Set(zip(rising, rising.dropFirst()).map { $1 - $0 }).count == 1)
      let falling = (1...layers).map { LayerSpread.decreasing.weight(ofLayer: $0, of: layers) }
      #expect(falling == rising.reversed())
    }
    #expect(LayerSpread.increasing.weight(ofLayer: 1, of: 1) == 1)
  }

  /// On the embedded backbone 0.5 % has no room for most sets, 5 % has for all with sizes.
  @Test func fivePercentHasRoomOnTheEmbeddedBackbone() throws {
    func fitting(_ budget: String) throws -> Int {
      let text = """
        version: 1
        each-group: \(Self.sets)
        methods:
          adapter: {bottleneck: fill}
          prefix: {mlp-width: 0, length: fill}
          lora: {targets: [query, value], rank: fill}
          bitfit: {}
        budget: {deployed: \(budget)}
        """
      let space = try space(text, Shapes.embedded)
      return try #require(space.alternatives(of: "methods")).count {
        (try? space.candidate(at: ["methods": $0])) != nil
      }
    }
    #expect(try fitting("0.5%") == 3)
    #expect(try fitting("5%") == 15)
  }
}

/// spaces/designs: fixed designs at any budget.
@Suite struct FixedDesignTests {
  static let names = [
    "s4", "s4-three-groups", "unipelt", "mam", "adapter", "prefix", "lora", "bitfit",
  ]

  private func design(_ name: String, _ shape: BackboneShape) throws -> PEFTConfiguration {
    let space = try shippedSpace("designs/\(name)", shape)
    #expect(space.dimensions.isEmpty && !space.usesReferences)
    return try space.candidate(at: [:]).configuration
  }

  @Test(arguments: names)
  func everyDesignIsOneConfigurationWithinItsBudget(name: String) throws {
    for shape in [Shapes.miniLM6, Shapes.bertBase, Shapes.bertLarge] {
      let space = try shippedSpace("designs/\(name)", shape)
      let candidate = try space.candidate(at: [:])
      let use = try #require(candidate.budgetUse)
      #expect(use <= 1)
      if name != "bitfit" { #expect(use > 0.9, "\(name): \(use)") }
      #expect(candidate.configuration.layerCount == shape.layers)
    }
  }

  /// G1 {A, L}, G2 {A, P}, G3 {A, P, B}, G4 {P, B, L} on spindles of 6, 12 and 24 layers.
  @Test(arguments: [
    (Shapes.miniLM6, [1, 2, 2, 1]), (Shapes.bertBase, [2, 4, 4, 2]),
    (Shapes.bertLarge, [4, 8, 8, 4]),
  ])
  func theDesignOfT5Base(shape: BackboneShape, sizes: [Int]) throws {
    let configuration = try design("s4", shape)
    #expect(configuration.groups.map(\.layers) == sizes)
    #expect(
      configuration.groups.map { $0.methods.map(\.name) } == [
        ["adapter", "lora"], ["adapter", "prefix"], ["adapter", "bitfit", "prefix"],
        ["bitfit", "lora", "prefix"],
      ])
  }

  /// The sizes of papers/s4.md, table 4.2, for BERT-base at 0.5 %.
  @Test func sizesOfTheDesignOnBert() throws {
    let groups = try design("s4", Shapes.bertBase).groups
    func size(_ group: Int, _ method: String, _ name: String) -> Int? {
      groups[group].methods.first { $0.name == method }?.parameters[name]?.asInteger
    }
    #expect(size(0, "adapter", "bottleneck") == 15 && size(0, "lora", "rank") == 7)
    #expect(size(1, "adapter", "bottleneck") == 15 && size(1, "prefix", "length") == 14)
    #expect(size(2, "adapter", "bottleneck") == 11 && size(2, "prefix", "length") == 12)
    #expect(size(3, "prefix", "length") == 12 && size(3, "lora", "rank") == 6)
  }
}
