import Foundation
import Statistics
import Testing
import Training

@testable import Reports

/// Arms compared from a table of scores.
@Suite struct ScoreComparisonTests {
  private static let layout = ScoreComparison.Layout(arm: "arm", block: "seed", score: "score")

  private func table(_ text: String) throws -> NamedTable {
    let path = NSTemporaryDirectory() + "autopeft-scores-\(UUID().uuidString).csv"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    return try NamedTable(csv: path)
  }

  /// `b` is 0.1 above `a` in each of twelve blocks, `c` is `a` up to a thousandth.
  private var clear: String {
    "arm,seed,score\n"
      + (1...12).map { seed in
        let a = 0.5 + 0.01 * Double(seed * 7 % 5)
        let wobble = seed.isMultiple(of: 2) ? 0.001 : -0.001
        return "a,\(seed),\(a)\nb,\(seed),\(a + 0.1 + wobble)\nc,\(seed),\(a + wobble)\n"
      }.joined()
  }

  @Test func clearDifferencesAreFoundAndSmallOnesAreEquivalent() throws {
    let comparison = try ScoreComparison(table(clear), Self.layout, margin: 0.005)
    #expect(comparison.comparisons.map(\.blocks) == [12, 12, 12])
    let first = try #require(comparison.comparisons.first)
    #expect(first.first == "a" && first.second == "b")
    #expect(first.isReversed && abs(first.shift.estimate + 0.1) < 0.0015)
    let second = comparison.comparisons[1]
    #expect(second.second == "c" && second.isEquivalent(margin: 0.005) && !second.isReversed)
    #expect(comparison.summary.contains("2 of 3 pairs are shown to differ"))
    #expect(comparison.arms.rows.count == 3 && comparison.pairs.rows.count == 3)
    // Twelve blocks: the smallest two-sided p of a sign-flip test is 2^(−11).
    #expect(first.pValue <= 1.0 / 1024)
  }

  @Test func oneArmAgainstTheOthersIsOneFamily() throws {
    let comparison = try ScoreComparison(
      table(clear), Self.layout, centre: "b", margin: 0.005)
    #expect(comparison.comparisons.map(\.first) == ["b", "b"])
    #expect(comparison.summary.contains("better than every other arm"))
    let worse = try ScoreComparison(table(clear), Self.layout, centre: "a", margin: 0.005)
    #expect(worse.summary.contains("some other arm is better"))
    let same = try ScoreComparison(
      table(clear), Self.layout, arms: ["a", "c"], centre: "a", margin: 0.005)
    #expect(same.summary.contains("within ± 0.005"))
  }

  @Test func studentsIntervalOfTheMean() throws {
    let comparison = try ScoreComparison(
      table("arm,seed,score\na,1,1\na,2,2\na,3,3\nb,1,0\nb,2,0\nb,3,0\n"), Self.layout,
      margin: 0.1)
    // t(0.975, 2) = 4.302653, s / √3 = 0.577350.
    guard case .number(let lower, _) = comparison.arms.rows[0][4] else {
      Issue.record("no interval")
      return
    }
    #expect(abs(lower - (2 - 4.302653 * 0.577350)) < 1e-5)
  }

  @Test func failuresCountAsTheWorstScoreOfTheirTask() throws {
    let comparison = try ScoreComparison(
      table("arm,seed,score\na,1,0.9\nb,1,\na,2,0.4\nb,2,0.6\n"), Self.layout, margin: 0.005)
    #expect(comparison.scores.score(of: "b", block: 1) == 0.4)
    #expect(comparison.failures == ["b": 1])
    #expect(comparison.summary.contains("1 failure counts as the worst score"))
  }

  @Test func tasksWeighTheSame() throws {
    let text = """
      arm,seed,task,score,split
      a,1,x,0.2,test
      b,1,x,0.4,test
      a,1,y,0.6,test
      b,1,y,0.6,test
      a,1,y,9.0,validation

      """
    var layout = Self.layout
    layout.task = "task"
    layout.filters = [("split", "test")]
    let comparison = try ScoreComparison(table(text), layout, margin: 0.005)
    #expect(comparison.tasks == 2)
    #expect(abs((comparison.scores.score(of: "a", block: 1) ?? 0) - 0.4) < 1e-12)
    #expect(abs((comparison.scores.score(of: "b", block: 1) ?? 0) - 0.5) < 1e-12)
  }

  @Test func errorsNameTheLine() throws {
    #expect(throws: ReportError.self) {
      try ScoreComparison(
        table("arm,seed,score\na,1,1\nb,1,x\n"), Self.layout, margin: 0.005)
    }
    #expect(throws: ReportError.self) {
      try ScoreComparison(
        table("arm,seed,score\na,1,1\na,1,2\nb,1,1\n"), Self.layout, margin: 0.005)
    }
    #expect(throws: ReportError.self) {
      try ScoreComparison(table("arm,seed,score\na,1,1\n"), Self.layout, margin: 0.005)
    }
    #expect(throws: ReportError.self) {
      try ScoreComparison(table(clear), Self.layout, centre: "z", margin: 0.005)
    }
    #expect(throws: TaskError.self) { try table("arm,arm,score\na,1,1\n") }
    #expect(throws: TaskError.self) { try table("arm,seed,score\n") }
    #expect(throws: TaskError.self) { try table("arm,seed,score\na,1\n") }
    #expect(throws: TaskError.self) {
      try ScoreComparison(table("arm,block,score\na,1,1\n"), Self.layout, margin: 0.005)
    }
    #expect(throws: TaskError.unreadable(path: "/none.csv", reason: "there is no such file")) {
      try NamedTable(csv: "/none.csv")
    }
  }
}
