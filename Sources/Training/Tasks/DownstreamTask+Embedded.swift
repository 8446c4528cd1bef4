extension DownstreamTask {
  /// A generated task of the embedded language with its usual sizes.
  init(_ task: EmbeddedTask) {
    let sizes = EmbeddedSizes()
    self.init(
      name: task.rawValue, origin: "task '\(task.rawValue)'", kind: task.kind,
      metric: TaskMetric(task.labels == nil ? [Pearson.self] : [Accuracy.self]),
      labels: task.labels.map { LabelScheme(names: $0) },
      training: task.source(.training, count: sizes.training),
      validation: .source(task.source(.validation, count: sizes.validation)),
      test: task.source(.test, count: sizes.test))
  }
}

extension EmbeddedTask {
  fileprivate var kind: TaskKind {
    switch (labels == nil, isPair) {
    case (true, false): .regression
    case (true, true): .pairRegression
    case (false, false): .classification
    case (false, true): .pairClassification
    }
  }

  /// The first `count` examples of a split; the data are the same for every study (seed 0).
  fileprivate func source(_ split: Split, count: Int) -> SplitSource {
    .generated {
      examples(split, count: count, seed: 0).map { example in
        let target: Example.Target =
          switch example.label {
          case .category(let number): .category(number)
          case .score(let value): .value(Float(value))
          }
        return Example(text: example.text, pair: example.pair, target: target)
      }
    }
  }
}
