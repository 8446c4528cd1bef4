import Foundation
import GaussianProcesses
import LinearAlgebra
import Testing

/// Fronts, hypervolumes and boxes against brute force and BoTorch.
struct HypervolumeTests {
  private func random(_ count: Int, _ objectives: Int, seed: UInt64, levels: Int? = nil)
    -> [[Double]]
  {
    var source = CounterRandom(RandomKey(seed: seed))
    return (0..<count).map { _ in
      (0..<objectives).map { _ in
        levels.map { Double(source.integer(below: $0)) / Double($0) } ?? source.uniform()
      }
    }
  }

  private func dominates(_ a: [Double], _ b: [Double]) -> Bool {
    zip(a, b).allSatisfy { $0 >= $1 } && a != b
  }

  @Test(arguments: [1, 2, 3, 4], [nil as Int?, 4])
  func frontsAreTheDefinition(objectives: Int, levels: Int?) {
    for seed in 0..<20 {
      let points = random(25, objectives, seed: UInt64(seed), levels: levels)
      let expected = points.indices.filter { index in
        !points.indices.contains { other in
          dominates(points[other], points[index])
            || (points[other] == points[index] && other < index)
        }
      }
      #expect(ParetoFront(points).indices == expected)
    }
    #expect(ParetoFront([]).indices.isEmpty)
  }

  @Test func ranksPeelFronts() {
    let points = random(40, 2, seed: 5, levels: 6)
    let ranks = ParetoFront.ranks(points)
    for (index, point) in points.enumerated() {
      let above = points.indices.filter { dominates(points[$0], point) }
      #expect(ranks[index] == (above.map { ranks[$0] + 1 }.max() ?? 0))
    }
  }

  /// Inclusion and exclusion over all subsets of the points.
  private func byInclusion(_ points: [[Double]], _ reference: [Double]) -> Double {
    var sum = 0.0
    for subset in 1..<(1 << points.count) {
      let members = points.indices.filter { subset >> $0 & 1 == 1 }
      let volume = reference.indices.reduce(1.0) { product, objective in
        let lowest = members.map { points[$0][objective] }.min() ?? 0
        return product * max(0, lowest - reference[objective])
      }
      sum += members.count % 2 == 1 ? volume : -volume
    }
    return sum
  }

  @Test(arguments: [1, 2, 3, 4], [nil as Int?, 3])
  func hypervolumesByInclusionAndExclusion(objectives: Int, levels: Int?) {
    for seed in 0..<10 {
      let points = random(9, objectives, seed: UInt64(100 + seed), levels: levels)
      let reference = Array(repeating: 0.2, count: objectives)
      let volume = ParetoFront(points).hypervolume(reference: reference)
      #expect(abs(volume - byInclusion(points, reference)) < 1e-12)
    }
    #expect(ParetoFront([]).hypervolume(reference: [0, 0]) == 0)
  }

  @Test func hypervolumesEqualBoTorch() throws {
    for item in try MultiobjectiveFixture.load().hypervolumes {
      let front = ParetoFront(item.points)
      #expect(front.indices == item.front)
      #expect(abs(front.hypervolume(reference: item.reference) - item.hypervolume) < 1e-12)
    }
  }

  /// What a point adds by boxes is what it adds to the hypervolume.
  @Test(arguments: [1, 2, 3, 4], [nil as Int?, 4])
  func boxesMeasureWhatAPointAdds(objectives: Int, levels: Int?) {
    let reference = Array(repeating: 0.1, count: objectives)
    for seed in 0..<10 {
      let points = random(8, objectives, seed: UInt64(300 + seed), levels: levels)
      let front = ParetoFront(points)
      let boxes = BoxDecomposition(front: front.points, reference: reference)
      for point in random(20, objectives, seed: UInt64(900 + seed), levels: levels) {
        let added =
          ParetoFront(points + [point]).hypervolume(reference: reference)
          - front.hypervolume(reference: reference)
        #expect(abs(boxes.improvement(of: point) - added) < 1e-12)
      }
    }
  }

  /// 7.1 (7): with more points it never falls.
  @Test func hypervolumeNeverDecreases() {
    let points = random(60, 3, seed: 8)
    var last = 0.0
    for count in points.indices {
      let volume = ParetoFront(Array(points[...count])).hypervolume(reference: [0, 0, 0])
      #expect(volume >= last - 1e-15)
      last = volume
    }
  }

  @Test func inferredReferencesLieBelowTheFront() {
    let points = [[1.0, -10], [2, -20], [0.5, -15]]
    let front = ParetoFront(points)
    #expect(front.indices == [0, 1])
    #expect(front.inferredReference(among: points) == [0.9, -21])
    let one = ParetoFront([[3.0, 4]])
    #expect(one.inferredReference(among: [[3, 4], [2, 4]]) == [2.9, 3.9])
  }
}
