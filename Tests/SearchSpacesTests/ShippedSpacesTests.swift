import Foundation
import Testing

@testable import SearchSpaces

/// The shipped files on the backbones that they are meant for, and the laws of spaces on them.
@Suite struct ShippedSpacesTests {
  static let names = ["quickstart", "s4", "autopeft", "lora-ranks"]
  static let shapes = [Shapes.bertBase, Shapes.miniLM6, Shapes.embedded]

  @Test(arguments: names, shapes)
  func everyFileLoadsAndHoldsCandidates(name: String, shape: BackboneShape) throws {
    let space = try shippedSpace(name, shape)
    #expect(!space.dimensions.isEmpty)
    var random = TestRandom(7)
    var feasible = 0
    for _ in 0..<200 {
      if (try? space.candidate(at: space.sample(using: &random))) != nil { feasible += 1 }
    }
    #expect(feasible >= 20, "\(name): \(feasible) of 200")
    #expect(space.references().count == 3)
  }

  @Test(arguments: names, shapes)
  func everyLawHoldsAtRandomPoints(name: String, shape: BackboneShape) throws {
    let space = try shippedSpace(name, shape)
    var random = TestRandom(11)
    var checked = 0
    for _ in 0..<150 {
      let point = space.sample(using: &random)
      guard let candidate = try? space.candidate(at: point) else { continue }
      checked += 1
      #expect(candidate.point == point)
      try checkLaws(of: candidate, in: space)
      let configuration = candidate.configuration
      let read = try PEFTConfiguration(
        yaml: configuration.yaml, file: "c.yaml", schemas: TestSchemas.all, backbone: shape)
      #expect(read == configuration)
      #expect(read.identity == configuration.identity)
    }
    #expect(checked >= 10)
  }

  private func checkLaws(of candidate: Candidate, in space: SearchSpace) throws {
    let point = candidate.point
    let configuration = candidate.configuration
    #expect(configuration.canonical == configuration)
    #expect(configuration.layerCount == space.backbone.layers)
    #expect(try space.canonical(point) == point)
    #expect(try space.candidate(at: point) == candidate)
    let encoded = space.encode(point)
    #expect(space.decode(encoded) == point)
    #expect(encoded.values.count == space.dimensions.count)
    for (dimension, value) in zip(space.dimensions, encoded.values) {
      switch dimension.kind {
      case .ordered: #expect((0...1).contains(value))
      case .unordered(let choices):
        #expect((0..<Double(choices)).contains(value) && value.rounded() == value)
      }
    }
    for method in configuration.layers.joined() {
      let schema = try #require(space.schemas[method.name])
      #expect(schema.fault(in: method) == nil)
    }
    #expect(space.costs(of: configuration) == candidate.costs)
    try checkNeighbours(of: point, in: space)
  }

  private func checkNeighbours(of point: SearchPoint, in space: SearchSpace) throws {
    let neighbours = space.neighbours(of: point)
    #expect(Set(neighbours).count == neighbours.count)
    #expect(!neighbours.contains(point))
    for neighbour in neighbours {
      #expect(try space.canonical(neighbour) == neighbour)
      let changed = point.keys.filter { neighbour[$0] != nil && neighbour[$0] != point[$0] }
      let appeared = neighbour.keys.filter { point[$0] == nil }
      let disappeared = point.keys.filter { neighbour[$0] == nil }
      #expect(changed.count == 1 || (changed.isEmpty && !(appeared + disappeared).isEmpty))
      #expect(space.decode(space.encode(neighbour)) == neighbour)
    }
  }

  @Test func autoPEFTCountsEqualThePaper() throws {
    let table: [(BackboneShape, Int128, Int128)] = [
      (Shapes.bertBase, 5_451_776, 5_446_350), (Shapes.bertLarge, 22_330_474_496, 22_313_695_950),
      (Shapes.miniLM6, 64_000, 62_937),
    ]
    for (shape, raw, valid) in table {
      let count = try shippedSpace("autopeft", shape).cardinality()
      #expect(count.raw == raw)
      #expect(count.valid == valid)
    }
  }

  @Test func autoPEFTLadderIsThePapersOnEveryPoint() throws {
    let space = try shippedSpace("autopeft", Shapes.miniLM6)
    let points = try #require(space.allPoints(limit: 70_000))
    #expect(points.count == 62_937)
    var identities: Set<SearchPoint> = []
    for point in points {
      identities.insert(point)
      let encoded = space.encode(point)
      #expect(space.decode(encoded) == point)
    }
    #expect(identities.count == points.count)
    let first = try #require(points.first)
    let mask = space.encode(first).values.prefix(6)
    #expect(mask.allSatisfy { abs($0 - 0.25) < 3e-6 || abs($0 - 0.75) < 3e-6 })
    let dimension = try #require(
      space.dimensions.firstIndex { $0.path == "adapter.bottleneck" })
    #expect(space.dimensions[dimension].kind == .ordered(levels: 10))
    let ladder = [0, 1, 3, 6, 12, 24, 48, 96, 192, 384]
    for (level, size) in ladder.enumerated() {
      var point = first
      point["prefix.length"] = .integer(1)
      point["adapter.bottleneck"] = .integer(size)
      let unit = space.encode(try space.canonical(point)).values[dimension]
      #expect(abs(unit - (Double(level) + 0.49999) / 9.99998) < 1e-12)
    }
  }

  @Test func autoPEFTPublishedCountsEqualThePaper() throws {
    // papers/autopeft.md, section 4: 2 · H · N · (D_SA + D_PA + L_PT).
    let space = try shippedSpace("autopeft", Shapes.bertBase)
    let all = ParameterValue.list((1...12).map(String.init))
    func published(_ serial: Int, _ parallel: Int, _ prefix: Int) throws -> Int {
      try space.candidate(at: [
        "mask": all, "adapter.bottleneck": .integer(serial),
        "parallel-adapter.bottleneck": .integer(parallel), "prefix.length": .integer(prefix),
      ]).costs.parameters.published
    }
    #expect(try published(48, 0, 0) == 884_736)
    #expect(try published(0, 384, 0) == 7_077_888)
    #expect(try published(768, 768, 768) == 42_467_328)
    let candidate = try space.candidate(at: [
      "mask": all, "adapter.bottleneck": .integer(0), "parallel-adapter.bottleneck": .integer(0),
      "prefix.length": .integer(192),
    ])
    // E and the MLP of width 800 once, its outputs in each layer: about 15.5 M (section 4, traps).
    #expect(
      candidate.costs.parameters.trained == 192 * 768 + 768 * 800 + 800 + 12 * 2 * (768 * 800 + 768)
    )
  }

  @Test func candidatesAreCheap() throws {
    for name in Self.names {
      let space = try shippedSpace(name, Shapes.bertBase)
      var random = TestRandom(3)
      let points = (0..<2000).map { _ in space.sample(using: &random) }
      let clock = ContinuousClock()
      let time = clock.measure {
        for point in points { _ = try? space.candidate(at: point) }
      }
      let micros = time / .microseconds(2000)
      print("candidate(at:) of \(name): \(micros) µs")
      #expect(time < .seconds(4))
    }
  }
}
