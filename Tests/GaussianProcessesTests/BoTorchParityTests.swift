import GaussianProcesses
import LinearAlgebra
import Testing

/// Every number of the model against BoTorch and GPyTorch in double precision.
struct BoTorchParityTests {
  let fixture: BoTorchFixture

  init() throws {
    fixture = try BoTorchFixture.load()
  }

  @Test(arguments: [0, 1])
  func covariance(index: Int) throws {
    let item = fixture.cases[index]
    let inputs = try item.inputs(item.x)
    let matrix = ProductKernel(item.hyperparameters).covariance(inputs, inputs)
    for (i, row) in item.covariance.enumerated() {
      for (j, expected) in row.enumerated() {
        #expect(agrees(matrix[i, j], expected, 1e-12))
      }
    }
  }

  @Test(arguments: [0, 1])
  func marginalLikelihoodAndItsGradient(index: Int) throws {
    let item = fixture.cases[index]
    let likelihood = try MarginalLikelihood(inputs: item.inputs(item.x), targets: item.y)
    let result = try likelihood.evaluate(item.hyperparameters.logarithmic)
    #expect(agrees(result.value, item.logLikelihood, 1e-10))
    #expect(result.gradient.count == item.logLikelihoodGradient.count)
    for (got, expected) in zip(result.gradient, item.logLikelihoodGradient) {
      #expect(agrees(got, expected, 1e-9))
    }
  }

  @Test(arguments: [0, 1])
  func posterior(index: Int) throws {
    let item = fixture.cases[index]
    let process = try item.process()
    let posterior = try process.posterior(at: item.inputs(item.queries))
    for (i, row) in item.queries.enumerated() {
      #expect(agrees(posterior.means[i], item.posteriorMean[i], 1e-9))
      #expect(agrees(posterior.variances[i], item.posteriorVariance[i], 1e-9))
      let local = try process.posterior(atPoint: item.inputs([row]))
      #expect(agrees(local.mean, posterior.means[i], 1e-12))
      #expect(agrees(local.variance, posterior.variances[i], 1e-10))
    }
  }

  @Test(arguments: [0, 1])
  func logExpectedImprovementAndItsGradient(index: Int) throws {
    let item = fixture.cases[index]
    let acquisition = try LogExpectedImprovement(model: item.process(), incumbent: item.bestScore)
    let values = try acquisition.values(
      at: item.inputs(item.queries), known: Matrix(rows: item.queries.count, columns: 0))
    for (i, row) in item.queries.enumerated() {
      #expect(agrees(values[i], item.logExpectedImprovement[i], 1e-8))
      let local = try acquisition.value(atPoint: item.inputs([row]), known: [])
      #expect(agrees(local.value, item.logExpectedImprovement[i], 1e-8))
      for dimension in item.ordered {
        #expect(
          agrees(
            local.gradient[dimension], item.logExpectedImprovementGradient[i][dimension], 1e-7))
      }
      for dimension in item.unordered { #expect(local.gradient[dimension] == 0) }
    }
  }

  @Test func logImprovementInTheTail() {
    for (index, z) in fixture.logImprovement.z.enumerated() {
      let result = SpecialFunctions.logImprovement(z)
      // BoTorch's own branch switch at −10⁶ and its log1mexp cost it digits between.
      #expect(agrees(result.value, fixture.logImprovement.value[index], 1e-12))
      #expect(agrees(result.derivative, fixture.logImprovement.derivative[index], 1e-6))
    }
  }

  @Test func priorDensities() throws {
    let priors: [(String, Prior)] = [
      ("logNormal", .logNormal(location: 1.4, scale: 1.7)), ("gamma", .gamma(shape: 2, rate: 1)),
      ("normal", .normal(mean: 0.5, deviation: 2)),
    ]
    for (name, prior) in priors {
      let expected = try #require(fixture.priors[name])
      for (x, value) in zip(expected.x, expected.value) {
        #expect(agrees(prior.logDensity(x).value, value, 1e-12))
      }
    }
  }
}
