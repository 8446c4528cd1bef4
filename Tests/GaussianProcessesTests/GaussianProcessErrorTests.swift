import GaussianProcesses
import LinearAlgebra
import Testing

/// Every sentence of the module.
struct GaussianProcessErrorTests {
  struct Row: Sendable {
    let id: String
    let provoke: @Sendable () throws -> Void
    let sentence: String
  }

  private static func inputs(_ rows: [[Double]], kinds: [InputKind] = [.ordered]) throws
    -> EncodedInputs
  {
    var inputs = EncodedInputs(kinds: kinds)
    for row in rows { try inputs.append(row, isActive: row.map { _ in true }) }
    return inputs
  }

  private static let hyper = Hyperparameters(
    lengthScales: [1, 1], signalVariance: 1, noiseVariance: 0.1, mean: 0)

  static let rows: [Row] = [
    Row(
      id: "width", provoke: { _ = try inputs([[0.1], [0.1, 0.2]]) },
      sentence: "Gaussian process: point 1 must have 1 values, got 2."),
    Row(
      id: "NaN input", provoke: { _ = try inputs([[0.1], [.nan]]) },
      sentence: "Gaussian process: value 0 of point 1 must be a finite number, got nan."),
    Row(
      id: "category", provoke: { _ = try inputs([[0.5]], kinds: [.unordered]) },
      sentence: "Gaussian process: value 0 of point 0 is unordered and must be the index of a "
        + "choice (0, 1, 2 …), got 0.5."),
    Row(
      id: "NaN target",
      provoke: { _ = try MarginalLikelihood(inputs: inputs([[0.1]]), targets: [.nan]) },
      sentence: "Gaussian process: the target of point 0 must be a finite number, got nan."),
    Row(
      id: "target count",
      provoke: { _ = try MarginalLikelihood(inputs: inputs([[0.1]]), targets: [1, 2]) },
      sentence: "Gaussian process: 1 points need 1 targets, got 2."),
    Row(
      id: "no data", provoke: { _ = try Standardization([]) },
      sentence: "Gaussian process: at least one observed point is needed, got none."),
    Row(
      id: "length scales",
      provoke: {
        _ = try GaussianProcess(inputs: inputs([[0.1]]), targets: [1], hyperparameters: hyper)
      },
      sentence: "Gaussian process: 1 length scales are needed, one for each dimension, got 2."),
    Row(
      id: "factorisation",
      provoke: {
        var wrong = hyper
        wrong.lengthScales = [1]
        wrong.noiseVariance = -2
        _ = try GaussianProcess(inputs: inputs([[0.1]]), targets: [1], hyperparameters: wrong)
      },
      sentence: "Gaussian process: the covariance of the observed points cannot be factorised. "
        + "Cholesky: the matrix of order 1 is not positive definite: its leading minor of order 1 "
        + "is not positive even with 0.0001 added to the diagonal."),
    Row(
      id: "fit",
      provoke: {
        _ = try HyperparameterFit(
          inputs: inputs([[0.1], [0.2]]), targets: [1e200, -1e200], priors: nil,
          key: RandomKey(seed: 1))
      },
      sentence: "Gaussian process: none of the 4 starts of the fit has a finite density; check the "
        + "scores for extreme values."),
  ]

  @Test(arguments: rows.indices)
  func sentence(index: Int) {
    let row = Self.rows[index]
    #expect {
      try row.provoke()
    } throws: { error in
      String(describing: error) == row.sentence
    }
  }
}
