import Testing

@testable import SearchSpaces

/// The formula for valid points against counting them one by one.
@Suite struct CountingTests {
  static let files: [String] = [
    "methods: {lora: {rank: {int: [0, 3]}}, adapter: {bottleneck: {int: [0, 2]}}}",
    "mask: {subset: layers, min: 2, max: 4}\nmethods: {lora: {rank: {int: [0, 3]}}}",
    """
    groups: {pattern: uniform, count: 3}
    tuned: {subset: groups, min: 2}
    each-group: {subset: [adapter, lora], min: 1}
    methods: {lora: {rank: {int: [0, 2]}}, adapter: {bottleneck: {int: [1, 2]}}}
    """,
    """
    groups: {pattern: uniform, count: 3}
    each-group: {subset: [adapter, lora], min: 0, max: 1}
    methods: {lora: {rank: {int: [0, 2]}}, adapter: {bottleneck: {int: [1, 2]}}}
    tie: [lora.rank]
    """,
    """
    groups: {pattern: {choice: [increasing, spindle]}, count: 3, sizes: sampled}
    tuned: {subset: groups, min: 1, max: 2}
    each-group: [adapter, lora]
    methods: {lora: {rank: {int: [0, 2]}, targets: {subset: [query, key], min: 1}}, adapter: {}}
    tie: [lora.rank]
    """,
    """
    groups: {pattern: uniform, count: 2}
    each-group: [adapter, lora]
    methods: {lora: {rank: {int: [0, 2]}}, adapter: {bottleneck: {int: [0, 2]}}}
    tie: [adapter]
    """,
    """
    groups: {pattern: uniform, count: 2}
    tuned: [2]
    each-group: {subset: [adapter, lora], min: 1}
    methods: {lora: {rank: {int: [1, 3]}}, adapter: {bottleneck: {int: [0, 2]}}}
    tie: all
    """,
    """
    each-group: {subset: [lora], min: 0}
    methods: {lora: {rank: {int: [1, 3]}}, embeddings: {parts: {subset: [tables, norm], min: 1}}}
    model: {subset: [embeddings], min: 0}
    training: {batch: {ordinal: [16, 32]}, schedule: {choice: [linear, cosine]}}
    """,
    """
    groups: {pattern: uniform, count: 2}
    each-group: {subset: [lora, adapter], min: 1}
    methods: {lora: {rank: {int: [1, 3]}}, adapter: {placement: {choice: [pfeiffer, houlsby]}}}
    group: {2: {methods: [bitfit], bitfit: {}}}
    """,
    """
    groups: {pattern: uniform, count: 2}
    tuned: {subset: groups, min: 0}
    each-group: {subset: [lora], min: 1}
    methods: {lora: {rank: {int: [1, 3]}}, embeddings: {}}
    model: [embeddings]
    """,
  ]

  @Test(arguments: files)
  func formulaEqualsEnumeration(file: String) throws {
    let space = try space("version: 1\n" + file, Shapes.miniLM6)
    let points = try #require(space.allPoints(limit: 100_000))
    #expect(Set(points).count == points.count)
    let formula = try #require(StructureCount(space: space)?.total())
    #expect(formula == Int128(points.count))
    #expect(space.cardinality().valid == formula)
    for point in points.prefix(300) {
      #expect(try space.candidate(at: point).point == point)
      #expect(space.decode(space.encode(point)) == point)
    }
    // Every point can be drawn, and nothing else.
    let known = Set(points)
    var random = TestRandom(9)
    for _ in 0..<500 {
      let point = space.sample(using: &random)
      if (try? space.candidate(at: point)) != nil { #expect(known.contains(point)) }
    }
  }

  @Test func rawCountsIgnoreConditionsAndBounds() throws {
    let space = try space(
      """
      version: 1
      groups: {pattern: uniform, count: 2}
      each-group: {subset: [adapter, lora], min: 1}
      methods: {lora: {rank: {int: [1, 3]}}, adapter: {bottleneck: {int: [1, 2]}}}
      """)
    // Four subsets, three ranks and two bottlenecks a group; 2 + 3 + 2 · 3 choices a group.
    #expect(space.cardinality().raw == 576)
    #expect(space.cardinality().valid == 121)
  }

  @Test func whatCannotBeCountedSaysWhy() throws {
    let continuous = try shippedSpace("quickstart", Shapes.embedded).cardinality()
    #expect(continuous.raw == nil && continuous.valid == nil)
    #expect(continuous.reason == "'training.learning-rate' is continuous")
    let deep = BackboneShape(layers: 96, width: 768, feedForward: 3072, heads: 12)
    let huge = try space(
      "version: 1\ngroups: each-layer\nmethods: {lora: {rank: {int: [1, 500]}}}", deep
    ).cardinality()
    #expect(huge.raw == nil && huge.valid == nil)
    let magnitude = try #require(huge.rawMagnitude)
    #expect(abs(magnitude - 96 * 2.69897) < 1e-3)
    #expect(huge.reason == "the number has more than 38 digits")
    let budget = try space(
      """
      version: 1
      groups: each-layer
      methods: {lora: {rank: {int: [1, 500]}}}
      budget: {deployed: 1%}
      """
    ).cardinality()
    #expect(budget.raw != nil && budget.valid == nil)
    #expect(
      budget.reason
        == "a budget, clauses or decisions that depend on each other are counted one by one, up to "
        + "200000 combinations")
  }

  @Test func listsOfAllPointsStopAtTheirLimit() throws {
    let space = try shippedSpace("autopeft", Shapes.miniLM6)
    #expect(space.allPoints(limit: 100) == nil)
    #expect(try shippedSpace("quickstart", Shapes.embedded).allPoints(limit: 100) == nil)
  }

  @Test func cardinalityAsJSON() throws {
    let text = try shippedSpace("autopeft", Shapes.bertLarge).cardinality().json.rendered()
    #expect(
      text == """
        {
          "raw": 22330474496,
          "raw-log10": 10.348898,
          "valid": 22313695950,
          "reason": null
        }
        """)
  }
}
