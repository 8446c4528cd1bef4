import GaussianProcesses
import SearchSpaces
import Testing

@testable import SearchStrategies

/// A task from a table of trainings.
@Suite struct TableProblemTests {
  private static let head =
    "adapter,parallel-adapter,prefix,layers,seed0-epoch1,seed0-epoch2,seed1-epoch1,seed1-epoch2"

  private static func problem(_ lines: [String], seed: UInt64 = 0) throws -> TableProblem {
    try TableProblem(
      ([head] + lines).joined(separator: "\n") + "\n", name: "t.csv", layers: 4, width: 8,
      seed: seed)
  }

  @Test func scoresAreThoseOfTheBestEpoch() throws {
    let lines = ["4,0,0,10,0.5,0.6,0.8,0.7", "0,4,2,11,0.9,0.1,0.7,0.3"]
    let first = AutoPEFTShape(serial: 4, active: [true, true, false, false])
    let second = AutoPEFTShape(parallel: 4, prefix: 2, active: [true, true, true, true])
    let problems = try (0..<3).map { try Self.problem(lines, seed: $0) }
    #expect(try problems.map { try $0.measured(first) } == [0.6, 0.8, 0.6])
    #expect(try problems.map { try $0.measured(second) } == [0.9, 0.7, 0.9])
    for problem in problems {
      #expect(abs(try problem.value(first) - 0.7) < 1e-12)
      #expect(try problem.objectives(first)[1] == -Double(2 * 8 * 2 * 4))
      // The worst of both objectives: the value of the first, the parameters of the second.
      #expect(abs(problem.reference[0] - 0.7) < 1e-12)
      #expect(problem.reference[1] == -Double(2 * 8 * 4 * 6))
      #expect(problem.bestPoints().count == 2)
    }
  }

  /// After some epochs the best so far is told, of the measured seed.
  @Test func lowerRungsAreTheFirstEpochs() throws {
    let lines = ["4,0,0,10,0.5,0.6,0.8,0.7"]
    let shape = AutoPEFTShape(serial: 4, active: [true, true, false, false])
    let problems = try (0..<2).map { try Self.problem(lines, seed: $0) }
    #expect(try problems.map { try $0.measured(shape, epochs: 1) } == [0.5, 0.8])
    #expect(try problems.map { try $0.measured(shape, epochs: 2) } == [0.6, 0.8])
    #expect(throws: BenchmarkError.fewEpochs(name: "t.csv", epochs: 2, asked: 3)) {
      try problems[0].measured(shape, epochs: 3)
    }
  }

  static let faults: [(lines: [String], sentence: String)] = [
    (
      ["4,0,0,10,0.5,0.6,0.8"],
      "t.csv, line 2: expected three sizes, bits of which 4 layers are a multiple, and 4 scores, got "
        + "'4,0,0,10,0.5,0.6,0.8'."
    ),
    (
      ["4,0,0,101,0.5,0.6,0.8,0.7"],
      "t.csv, line 2: expected three sizes, bits of which 4 layers are a multiple, and 4 scores, got "
        + "'4,0,0,101,0.5,0.6,0.8,0.7'."
    ),
    (
      ["4,0,0,10,0.5,0.6,nan,0.7"],
      "t.csv, line 2: expected three sizes, bits of which 4 layers are a multiple, and 4 scores, got "
        + "'4,0,0,10,0.5,0.6,nan,0.7'."
    ),
    (
      ["4,0,0,10,1,1,1,1", "4,0,0,1100,1,1,1,1"],
      "t.csv, line 3: expected a new point, got '4,0,0,1100,1,1,1,1'."
    ),
    ([], "t.csv, line 2: expected a point, got ''."),
  ]

  @Test(arguments: faults)
  func damagedTablesAreErrors(lines: [String], sentence: String) throws {
    let error = #expect(throws: BenchmarkError.self) { try Self.problem(lines) }
    #expect(
      error?.description
        == sentence + " Write the table anew with experiments/tabular/run.py.")
  }

  @Test func otherHeadsAreErrors() throws {
    for head in ["a,b", Self.head.replacing("seed1-epoch2", with: "seed3-epoch2"), ""] {
      #expect(throws: BenchmarkError.self) {
        try TableProblem(head, name: "t.csv", layers: 4, width: 8, seed: 0)
      }
    }
  }

  @Test func pointsThatAreNotThereAreErrors() throws {
    let problem = try Self.problem(["4,0,0,10,1,1,1,1"])
    #expect(throws: BenchmarkError.notInTable(name: "t.csv", point: "4, 0, 0 in layers 1111")) {
      try problem.value(AutoPEFTShape(serial: 4, active: [true, true, true, true]))
    }
  }

  /// Every point of a small space is in the table; a search that tries all of them reaches the best
  /// front, one that tries fewer a part of it.
  @Test func searchesReachTheFrontOfTheTable() throws {
    let space = try ShippedSpaces.pairs()
    var lines: [String] = []
    for adapter in [0, 4] {
      for parallel in [0, 4] {
        for prefix in [0, 4] where adapter + parallel + prefix > 0 {
          for mask in 1..<64 {
            let bits = (0..<6).map { String(mask >> $0 & 1) }.joined()
            let score = Double((adapter * 31 + parallel * 17 + prefix * 7 + mask * 13) % 101) / 101
            lines.append(
              "\(adapter),\(parallel),\(prefix),\(bits),\(score),\(score),\(score),\(score)")
          }
        }
      }
    }
    let text = ([Self.head] + lines).joined(separator: "\n")
    let problem = try TableProblem(text, name: "t.csv", layers: 12, width: 64, seed: 1)
    let all = try SearchBenchmark(space: space, trials: 441).run("random", on: problem, seed: 1)
    #expect(abs(try #require(all.hypervolume.last) - 1) < 1e-9)
    #expect(zip(all.hypervolume, all.hypervolume.dropFirst()).allSatisfy { $0 <= $1 })
    #expect(all.hypervolume[0] < 1 && all.layerEffects.isEmpty && all.layerShares.count == 12)
    // A rung costs its share of the epochs, and only whole trainings are judged.
    let halving = try SearchBenchmark(space: space, trials: 30).run(
      "halving", on: problem, settings: ["eta": .integer(2)], seed: 1)
    #expect(halving.marks == [10, 20, 30])
    #expect(zip(halving.hypervolume, halving.hypervolume.dropFirst()).allSatisfy { $0 <= $1 })
    #expect(halving.hypervolume[2] > 0 && halving.hypervolume[2] < 1)
    let one = try SearchBenchmark(space: space, trials: 30).run(
      "halving", on: problem, settings: ["rungs": .integer(1)], seed: 1)
    let bayes = try SearchBenchmark(space: space, trials: 30).run("bayes", on: problem, seed: 1)
    #expect(one.hypervolume == bayes.hypervolume)
  }

  @Test func theMadeUpTaskHasNoRungs() throws {
    let space = try ShippedSpaces.space("autopeft")
    #expect(throws: BenchmarkError.noEpochs) {
      try SearchBenchmark(space: space, trials: 30).run("halving", seed: 1)
    }
  }
}
