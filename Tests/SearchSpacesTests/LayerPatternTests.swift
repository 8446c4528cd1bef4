import Testing

@testable import SearchSpaces

/// The constants of papers/s4.md, section 1.1.
@Suite struct LayerPatternTests {
  /// L, G, all, increasing, uniform, decreasing, spindle, bottleneck.
  static let counts: [[Int]] = [
    [6, 3, 10, 1, 1, 1, 3, 2], [6, 4, 10, 0, 0, 0, 1, 1], [8, 4, 35, 0, 1, 0, 1, 3],
    [10, 4, 84, 1, 0, 1, 2, 6], [12, 3, 55, 7, 1, 7, 17, 15], [12, 4, 165, 2, 1, 2, 4, 10],
    [16, 4, 455, 9, 1, 9, 7, 21], [24, 4, 1771, 47, 1, 47, 19, 55],
    [32, 4, 4495, 136, 1, 136, 35, 105], [48, 4, 16215, 551, 1, 551, 85, 253],
  ]

  @Test(arguments: counts)
  func countsEqualThePaperTable(row: [Int]) throws {
    let (layers, groups) = (row[0], row[1])
    let table = PatternTable(layers: layers, groups: groups)
    #expect(table.compositions == row[2])
    #expect(LayerPattern.any.compositions(layers: layers, groups: groups)?.count == row[2])
    #expect(table.rows.map(\.count) == row[3...].map { $0 })
    if (layers, groups) == (6, 4) || (layers, groups) == (10, 4) { #expect(table.balanced == 6) }
  }

  @Test func listsAreThoseOfTwelveAndSixLayers() throws {
    func list(_ pattern: LayerPattern, _ layers: Int, _ groups: Int) -> [[Int]]? {
      pattern.compositions(layers: layers, groups: groups)
    }
    #expect(list(.increasing, 12, 4) == [[1, 2, 3, 6], [1, 2, 4, 5]])
    #expect(list(.decreasing, 12, 4) == [[5, 4, 2, 1], [6, 3, 2, 1]])
    #expect(list(.uniform, 12, 4) == [[3, 3, 3, 3]])
    #expect(list(.spindle, 12, 4) == [[1, 4, 4, 3], [1, 5, 5, 1], [2, 4, 4, 2], [3, 4, 4, 1]])
    #expect(
      list(.bottleneck, 12, 4) == [
        [2, 1, 1, 8], [3, 1, 1, 7], [3, 2, 2, 5], [4, 1, 1, 6], [4, 2, 2, 4], [5, 1, 1, 5],
        [5, 2, 2, 3], [6, 1, 1, 4], [7, 1, 1, 3], [8, 1, 1, 2],
      ])
    #expect(list(.spindle, 6, 3) == [[1, 3, 2], [1, 4, 1], [2, 3, 1]])
    #expect(list(.bottleneck, 6, 3) == [[2, 1, 3], [3, 1, 2]])
  }

  @Test func listsHoldExactlyWhatTheRuleAdmits() throws {
    for layers in 1...14 {
      for groups in 1...6 {
        let all = try #require(LayerPattern.any.compositions(layers: layers, groups: groups))
        for pattern in LayerPattern.named {
          #expect(
            pattern.compositions(layers: layers, groups: groups) == all.filter(pattern.admits),
            "\(pattern) \(layers) \(groups)")
        }
      }
    }
  }

  /// G, L, then increasing, uniform, decreasing, spindle, bottleneck; "none" where refused.
  static let canonical: [(Int, Int, [String])] = [
    (3, 6, ["1,2,3", "2,2,2", "3,2,1", "1,4,1", "2,1,3"]),
    (3, 12, ["2,4,6", "4,4,4", "6,4,2", "3,6,3", "5,2,5"]),
    (3, 24, ["4,8,12", "8,8,8", "12,8,4", "6,12,6", "10,4,10"]),
    (4, 6, ["none", "none", "none", "1,2,2,1", "2,1,1,2"]),
    (4, 8, ["none", "2,2,2,2", "none", "1,3,3,1", "3,1,1,3"]),
    (4, 10, ["1,2,3,4", "none", "4,3,2,1", "2,3,3,2", "3,2,2,3"]),
    (4, 12, ["1,2,4,5", "3,3,3,3", "5,4,2,1", "2,4,4,2", "4,2,2,4"]),
    (4, 16, ["2,3,5,6", "4,4,4,4", "6,5,3,2", "3,5,5,3", "5,3,3,5"]),
    (4, 24, ["2,5,7,10", "6,6,6,6", "10,7,5,2", "4,8,8,4", "8,4,4,8"]),
    (4, 32, ["3,6,10,13", "8,8,8,8", "13,10,6,3", "5,11,11,5", "11,5,5,11"]),
    (5, 24, ["2,3,5,6,8", "5,5,4,5,5", "8,6,5,3,2", "3,5,8,5,3", "7,4,2,4,7"]),
    (6, 24, ["1,2,3,5,6,7", "4,4,4,4,4,4", "7,6,5,3,2,1", "2,4,6,6,4,2", "6,4,2,2,4,6"]),
  ]

  @Test(arguments: canonical)
  func canonicalSizesEqualThePaperTable(groups: Int, layers: Int, expected: [String]) {
    for (pattern, text) in zip(LayerPattern.named, expected) {
      let sizes = try? pattern.canonicalSizes(layers: layers, groups: groups)
      let got = sizes.map { $0.map(String.init).joined(separator: ",") } ?? "none"
      #expect(got == text, "\(pattern) of \(layers) layers in \(groups) groups")
    }
  }

  @Test func refusalsNameTheReasonAndWhatWorks() {
    func sentence(_ pattern: LayerPattern, _ layers: Int, _ groups: Int) -> String {
      do throws(GroupingProblem) {
        return "\(try pattern.canonicalSizes(layers: layers, groups: groups))"
      } catch {
        return error.description
      }
    }
    #expect(
      sentence(.increasing, 6, 4)
        == "pattern 'increasing' with 4 groups does not exist on 6 layers: strictly increasing "
        + "sizes need at least 10 layers. Use 3 groups (1, 2, 3) or another pattern.")
    #expect(
      sentence(.decreasing, 8, 4)
        == "pattern 'decreasing' with 4 groups does not exist on 8 layers: strictly decreasing "
        + "sizes need at least 10 layers. Use 3 groups (4, 3, 1) or another pattern.")
    #expect(
      sentence(.uniform, 6, 4)
        == "pattern 'uniform' with 4 groups on 6 layers would be 1, 2, 2, 1, which is 'spindle'. "
        + "Use 3 groups (2, 2, 2) or another pattern.")
    #expect(
      sentence(.uniform, 10, 4)
        == "pattern 'uniform' with 4 groups on 10 layers would be 2, 3, 3, 2, which is 'spindle'. "
        + "Use 2 groups (5, 5) or another pattern.")
    #expect(
      sentence(.spindle, 12, 2)
        == "pattern 'spindle' with 2 groups does not exist on 12 layers: it needs at least 3 groups."
        + " Use another pattern.")
    #expect(
      sentence(.uniform, 3, 4)
        == "4 groups do not fit into 3 layers. Use at most 3 groups.")
  }

  @Test func sampledSizesOfUniformGroupsAreBalanced() throws {
    #expect(try LayerPattern.uniform.sampledSizes(layers: 12, groups: 4) == [[3, 3, 3, 3]])
    let sizes = try LayerPattern.uniform.sampledSizes(layers: 24, groups: 5)
    #expect(sizes.allSatisfy { ($0.max() ?? 0) - ($0.min() ?? 0) <= 1 && $0.reduce(0, +) == 24 })
    #expect(sizes.count == 5)
  }

  @Test func hugeRequestsEndInASentence() {
    #expect(LayerPattern.any.compositions(layers: 96, groups: 12) == nil)
    #expect(throws: GroupingProblem.self) {
      try LayerPattern.any.sampledSizes(layers: 96, groups: 12)
    }
    let table = PatternTable(layers: 2000, groups: 40)
    #expect(table.rows.count == 5)
    #expect(PatternTable(layers: 0, groups: 0).rows.allSatisfy { $0.canonical == nil })
  }

  @Test func tableAsJSONHasAFixedOrder() {
    #expect(
      PatternTable(layers: 6, groups: 3).json.rendered().hasPrefix(
        """
        {
          "layers": 6,
          "groups": 3,
          "compositions": 10,
          "balanced": 1,
          "patterns": [
            {
              "pattern": "increasing",
              "count": 1,
              "canonical": [1, 2, 3],
              "sizes": [
                [1, 2, 3]
              ],
              "problem": null
            },
        """))
  }
}
