/// A task on AutoPEFT's space whose best front is known.
protocol BenchmarkProblem: Sendable {
  /// D, which parameters are counted with.
  var width: Int { get }
  /// What the hypervolume is measured from: a score, and parameters with a minus.
  var reference: [Double] { get }
  /// The score without noise.
  func value(_ shape: AutoPEFTShape) throws(BenchmarkError) -> Double
  /// The score that a training would report.
  func measured(_ shape: AutoPEFTShape) throws(BenchmarkError) -> Double
  /// The score that a training would report after some of its epochs.
  func measured(_ shape: AutoPEFTShape, epochs: Int) throws(BenchmarkError) -> Double
  /// Objectives of points among which all of the best front are.
  func bestPoints() -> [[Double]]
}

extension BenchmarkProblem {
  func measured(_ shape: AutoPEFTShape, epochs: Int) throws(BenchmarkError) -> Double {
    throw .noEpochs
  }

  /// Score without noise and parameters with a minus: both are maximised.
  func objectives(_ shape: AutoPEFTShape) throws(BenchmarkError) -> [Double] {
    [try value(shape), -Double(shape.parameters(width: width))]
  }
}

/// Why a table cannot be searched on.
public enum BenchmarkError: Error, Equatable, CustomStringConvertible {
  case table(name: String, line: Int, expected: String, got: String)
  case notInTable(name: String, point: String)
  case fewEpochs(name: String, epochs: Int, asked: Int)
  case noEpochs

  public var description: String {
    switch self {
    case .table(let name, let line, let expected, let got):
      "\(name), line \(line): expected \(expected), got '\(got)'. "
        + "Write the table anew with experiments/tabular/run.py."
    case .notInTable(let name, let point):
      "\(name) has no line for \(point), which the space holds. Take the space and the backbone that "
        + "the table was made with."
    case .fewEpochs(let name, let epochs, let asked):
      "\(name) has the scores of \(epochs) epochs, and a trial asks for that after \(asked). Take the space "
        + "that the table was made with."
    case .noEpochs:
      "the made-up task has no scores after a part of a training. Give a table of trainings (--table), or "
        + "set strategy.rungs=1."
    }
  }
}
