internal import Foundation
public import Tokenizers

/// Looks through the data of a task: `autopeft task check`.
///
/// It opens the test file, but only counts in it: nothing is scored there.
public struct TaskCheck {
  private let task: DownstreamTask
  private let source: BackboneSource?
  private let maximumLength: Int

  /// - Parameters:
  ///   - backbone: `embedded` or a directory whose tokenizer measures lengths; nil leaves them out.
  ///   - casing: needed where no file of the backbone says it.
  ///   - maximumLength: the longest sequence that a training would use.
  /// - Throws: `CheckpointError`, `TokenizerError` and `BackboneError` for the backbone.
  public init(
    _ task: DownstreamTask, backbone: String? = nil, casing: Casing? = nil,
    maximumLength: Int = 128
  ) throws {
    self.task = task
    self.maximumLength = maximumLength
    source = try backbone.map { try BackboneSource(name: $0, casing: casing) }
  }

  /// Reads everything and reports.
  ///
  /// - Throws: `TaskError` for the first thing that is wrong.
  public func report() throws(TaskError) -> TaskReport {
    let data = try task.data()
    var parts: [(split: DataSplit, examples: [Example])] = [
      (.training, data.training), (.validation, data.validation),
    ]
    if task.test != nil { parts.append((.test, try task.testExamples())) }
    let constant = constantAnswer(data)
    return TaskReport(
      name: task.name, kind: task.kind, metric: task.metric.name, labels: data.labels,
      splits: parts.map { split($0.split, $0.examples, classCount: data.labels.count) },
      overlaps: overlaps(parts), majorityShare: constant.share,
      constantScore: task.metric.value(constant.predictions),
      resolvableDifference: task.kind.isRegression
        ? ResolvableDifference.ofCorrelations(examples: data.validation.count)
        : ResolvableDifference.ofShares(examples: data.validation.count),
      maximumLength: source == nil ? nil : maximumLength)
  }

  private func split(
    _ name: DataSplit, _ examples: [Example], classCount: Int
  ) -> TaskReport.Split {
    var counts = Array(repeating: 0, count: classCount)
    for case .category(let number)? in examples.map(\.target) { counts[number] += 1 }
    let isEmpty: (Example) -> Bool = { example in
      example.text.allSatisfy(\.isWhitespace)
        || example.pair.map { $0.allSatisfy(\.isWhitespace) } ?? false
    }
    return TaskReport.Split(
      split: name, examples: examples.count, classCounts: counts,
      emptyTexts: examples.count(where: isEmpty),
      duplicates: examples.count - Set(examples.map(Self.key)).count, lengths: lengths(examples))
  }

  private func lengths(_ examples: [Example]) -> TaskReport.Lengths? {
    guard let source, !examples.isEmpty else { return nil }
    let tokens = source.tokenize(examples, maximumLength: maximumLength)
    let lengths = (0..<tokens.count).map { tokens.length($0) }.sorted()
    let place95 = Int((0.95 * Double(lengths.count)).rounded(.up)) - 1
    return TaskReport.Lengths(
      shortest: lengths[0], median: lengths[lengths.count / 2],
      mean: Double(tokens.tokenCount) / Double(tokens.count), percentile95: lengths[place95],
      longest: lengths[lengths.count - 1],
      truncatedShare: Double(tokens.truncatedCount) / Double(tokens.count))
  }

  private func overlaps(
    _ parts: [(split: DataSplit, examples: [Example])]
  ) -> [TaskReport.Overlap] {
    var overlaps: [TaskReport.Overlap] = []
    for (index, first) in parts.enumerated() {
      let known = Set(first.examples.map(Self.key))
      for second in parts[(index + 1)...] {
        overlaps.append(
          TaskReport.Overlap(
            first: first.split, second: second.split,
            examples: second.examples.count { known.contains(Self.key($0)) }))
      }
    }
    return overlaps
  }

  /// What always the same answer gives on validation.
  private func constantAnswer(_ data: TaskData) -> (share: Double?, predictions: Predictions) {
    let answer = Evaluation.constantRow(data.training.compactMap(\.target), data.labels.count)
    let targets = data.validation.compactMap(\.target)
    let predictions = Evaluation(logits: targets.map { _ in answer }).predictions(targets)
    return (task.kind.isRegression ? nil : Accuracy.value(predictions), predictions)
  }

  /// The texts of an example, case and runs of white space apart.
  private static func key(_ example: Example) -> String {
    [example.text, example.pair ?? ""].map { text in
      text.lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }.joined(separator: "\t")
  }
}

extension Evaluation {
  /// The logits of the largest class, or the mean of the values.
  static func constantRow(_ targets: [Example.Target], _ classCount: Int) -> [Float] {
    var counts = [Float](repeating: 0, count: classCount)
    var sum = 0.0
    for target in targets {
      switch target {
      case .category(let number): counts[number] += 1
      case .value(let value): sum += Double(value)
      }
    }
    return classCount > 0 ? counts : [Float(sum / Double(max(targets.count, 1)))]
  }
}
