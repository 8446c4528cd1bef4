import Foundation
import Testing

@testable import Training

@Suite struct TaskCheckTests {
  @Test func whatIsWorthKnowingIsCounted() throws {
    let folder = try TemporaryFolder()
    _ = try folder.write(
      "text\tlabel\nred old\tyes\nRed  old\tyes\nblue new red red red red red red\tyes\n\tno\n",
      to: "train.tsv")
    _ = try folder.write("text\tlabel\nred old\tno\ngreen\tyes\nnew\tyes\nold\tno\n", to: "v.tsv")
    _ = try folder.write("text\tlabel\nGREEN\tyes\n", to: "test.tsv")
    let task = try DownstreamTask(
      named: try folder.write(
        """
        kind: classification
        metric: mean(accuracy, f1)
        labels: [no, yes]
        columns: {text: text, label: label}
        train: train.tsv
        validation: v.tsv
        test: test.tsv
        """, to: "task.yaml"))
    let report = try TaskCheck(
      task, backbone: try TinyBackbone.make(in: folder), maximumLength: 8
    ).report()
    #expect(report.splits.map(\.split) == [.training, .validation, .test])
    #expect(report.splits.map(\.examples) == [4, 4, 1])
    #expect(report.splits[0].classCounts == [1, 3])
    #expect(report.splits[0].emptyTexts == 1)
    #expect(report.splits[0].duplicates == 1)
    let lengths = try #require(report.splits[0].lengths)
    #expect(lengths.shortest == 2)
    #expect(lengths.median == 4)
    #expect(lengths.mean == 18.0 / 4)
    #expect(lengths.longest == 8)
    #expect(lengths.truncatedShare == 0.25)
    #expect(report.overlaps.map(\.examples) == [1, 0, 1])
    #expect(report.majorityShare == 0.5)
    #expect(report.constantScore == (0.5 + 2.0 / 3) / 2)
    #expect(report.resolvableDifference == 1.96 * (0.5 / 4).squareRoot())
  }

  @Test func regressionsHaveNoClassesAndAConstantScoreOfZero() throws {
    let report = try TaskCheck(try DownstreamTask(named: "val")).report()
    #expect(report.labels == [])
    #expect(report.majorityShare == nil)
    #expect(report.constantScore == 0)
    #expect(report.splits[0].lengths == nil)
    #expect(report.maximumLength == nil)
    let expected = 1.96 * (2.0 / 997).squareRoot()
    #expect(report.resolvableDifference == expected)
  }

  @Test func generatedSplitsShareNoExample() throws {
    for name in ["nli2", "agr2", "lex"] {
      let report = try TaskCheck(try DownstreamTask(named: name)).report()
      #expect(report.overlaps.allSatisfy { $0.examples == 0 }, "\(name)")
    }
  }
}
