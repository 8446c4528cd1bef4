import Foundation
import Testing

@testable import SearchSpaces

/// Points as numbers and back, sampling laws, and moves.
@Suite struct EncodingTests {
  static let mixed = """
    version: 1
    groups: {pattern: uniform, count: 2}
    each-group: {subset: [adapter, lora], min: 1}
    methods:
      lora:
        rank: {int: [1, 300], log: true}
        alpha-ratio: {float: [0.5, 8], log: true}
        targets: {subset: [query, key, value, output], min: 2, max: 3}
      adapter: {bottleneck: {int: [1, 30]}, dropout: {float: [0, 0.5]}}
    training: {schedule: {choice: [constant, linear, cosine]}, batch: {ordinal: [16, 32, 64]}}
    """

  @Test func kindsOfDimensions() throws {
    let space = try space(Self.mixed)
    func kind(_ path: String) -> SpaceDimension.Kind? {
      space.dimensions.first { $0.path == path }?.kind
    }
    #expect(kind("group1.methods[lora]") == .unordered(choices: 2))
    #expect(kind("group1.lora.rank") == .ordered(levels: 300))
    #expect(kind("group1.lora.alpha-ratio") == .ordered(levels: nil))
    #expect(kind("group2.lora.targets[output]") == .unordered(choices: 2))
    #expect(kind("training.schedule") == .unordered(choices: 3))
    #expect(kind("training.batch") == .ordered(levels: 3))
    #expect(space.dimensions.count == 2 * (2 + 2 + 2 + 4) + 2)
  }

  @Test func inactiveDimensionsSaySo() throws {
    let space = try space(Self.mixed)
    var random = TestRandom(1)
    for _ in 0..<200 {
      let point = space.sample(using: &random)
      let encoded = space.encode(point)
      for (dimension, isActive) in zip(space.dimensions, encoded.isActive) {
        #expect(isActive == (point[dimension.hyperparameter] != nil))
      }
      #expect(space.decode(encoded) == point)
      #expect(try space.canonical(point) == point)
    }
  }

  @Test func everyPlaceOfTheUnitIntervalHasAValue() {
    let domains: [Domain] = [
      .integer(1...300, log: true), .integer(-5...9, log: false), .number(1e-4...3e-3, log: true),
      .number(-1...1, log: false), .ordinal([.integer(0), .integer(3), .text("x")]),
    ]
    for domain in domains {
      for step in 0...1000 {
        let unit = Double(step) / 1000
        guard let value = domain.value(atUnit: unit) else {
          Issue.record("\(domain) has no value at \(unit)")
          continue
        }
        #expect(domain.contains(value))
        let place = domain.unit(of: value) ?? -1
        #expect((0...1).contains(place))
        #expect(domain.value(atUnit: place) == value)
      }
      for outside in [-3, 2, Double.infinity, -Double.infinity, Double.nan] {
        #expect(domain.value(atUnit: outside).map(domain.contains) == true)
      }
    }
  }

  @Test func levelsHaveThePapersPlaces() {
    let ladder = Domain.ordinal((0..<11).map { .integer($0) })
    #expect(ladder.unit(of: .integer(0)) == 0.49999 / 10.99998)
    #expect(ladder.unit(of: .integer(5)) == 0.5)
    #expect(abs((ladder.unit(of: .integer(1)) ?? 0) - 0.1364) < 1e-4)
    // The paper's axis runs the other way: level v there is level 10 − v here.
    for level in 0...10 {
      let here = Domain.unit(level: level, of: 11)
      let there = Domain.unit(level: 10 - level, of: 11)
      #expect(abs(here + there - 1) < 1e-15)
    }
    for count in 1...50 {
      for level in 0..<count {
        #expect(Domain.level(atUnit: Domain.unit(level: level, of: count), of: count) == level)
      }
    }
  }

  @Test func realNumbersKeepSixDigits() {
    #expect(Domain.sixDigits(0.00123456789) == 0.00123457)
    #expect(Domain.sixDigits(123_456_789) == 123_457_000)
    #expect(Domain.sixDigits(-9.999999) == -10)
    #expect(Domain.sixDigits(0) == 0)
    var random = TestRandom(2)
    for _ in 0..<10_000 {
      let number = Double.random(in: 1e-6...1e3, using: &random)
      let short = Domain.sixDigits(number)
      #expect(Domain.sixDigits(short) == short)
      #expect(short == Double(String(format: "%.5e", number)))
    }
  }

  @Test func subsetsAreSampledUniformly() throws {
    // papers/s4.md, 6.A.3: 15 strategy sets, p > 0.001 over 10⁵ draws.
    let space = try space(
      """
      version: 1
      each-group: {subset: [adapter, bitfit, lora, prefix], min: 1}
      """)
    var counts: [ParameterValue: Int] = [:]
    var random = TestRandom(3)
    for _ in 0..<20_000 {
      let value = try #require(space.sample(using: &random)["methods"])
      counts[value, default: 0] += 1
    }
    #expect(counts.count == 15)
    let expected = 20_000.0 / 15
    let chiSquare = counts.values.reduce(0) { $0 + pow(Double($1) - expected, 2) / expected }
    // The 0.999 quantile of χ² with 14 degrees of freedom.
    #expect(chiSquare < 36.12)
  }

  @Test func subsetLawCountsAndObeysTheBounds() {
    for size in 1...9 {
      for low in 0...size {
        for high in low...size {
          let law = SubsetLaw(size: size, counts: low...high)
          let all = (0..<(1 << size)).filter { (low...high).contains($0.nonzeroBitCount) }
          #expect(law.total == all.count)
          for corner in [0, 0.5, 0.999999] {
            let members = law.members(uniform: ArraySlice(repeating: corner, count: size))
            #expect((low...high).contains(members.count { $0 }))
          }
        }
      }
    }
    #expect(SubsetLaw(size: 48, counts: 1...48).total == (1 << 48) - 1)
  }

  @Test func decodingMendsSubsetsOutsideTheirBounds() throws {
    let space = try space(Self.mixed)
    var encoded = space.encode(
      try space.completed(["group1.methods": .list(["lora"]), "group2.methods": .list(["lora"])]))
    func index(_ path: String) -> Int { space.dimensions.firstIndex { $0.path == path } ?? 0 }
    for target in ["query", "key", "value", "output"] {
      encoded.values[index("group1.lora.targets[\(target)]")] = 0
      encoded.values[index("group2.lora.targets[\(target)]")] = 1
    }
    let point = space.decode(encoded)
    #expect(point["group1.lora.targets"] == .list(["query", "key"]))
    #expect(point["group2.lora.targets"] == .list(["key", "value", "output"]))
  }

  @Test func movesOfEachDomain() {
    func moves(_ domain: Domain, _ value: ParameterValue) -> [String] {
      domain.moves(from: value).map(\.description)
    }
    #expect(moves(.integer(1...4, log: false), .integer(1)) == ["2"])
    #expect(moves(.integer(1...100, log: false), .integer(50)) == ["45", "49", "51", "55"])
    #expect(moves(.ordinal([.integer(1), .integer(8), .integer(9)]), .integer(8)) == ["1", "9"])
    #expect(moves(.choice([.text("a"), .text("b"), .text("c")]), .text("b")) == ["a", "c"])
    #expect(moves(.number(0...1, log: false), .number(0.5)) == ["0.45", "0.55"])
    #expect(moves(.number(0...1, log: false), .number(0.52)) == ["0.5", "0.55"])
    #expect(moves(.number(0...1, log: false), .number(1)) == ["0.95"])
    #expect(
      moves(.subset(["a", "b", "c"], counts: 1...3, ordered: false), .list(["a"]))
        == ["[a, b]", "[a, c]"])
    #expect(
      moves(.subset(["a", "b", "c"], counts: 2...2, ordered: false), .list(["a", "b"]))
        == ["[b, c]", "[a, c]"])
    let compositions = LayerPattern.any.compositions(layers: 12, groups: 4) ?? []
    #expect(moves(.compositions(compositions), .text("3-3-3-3")).count == 12)
    #expect(moves(.compositions([[1, 5], [3, 3]]), .text("1-5")) == ["3-3"])
  }
}
