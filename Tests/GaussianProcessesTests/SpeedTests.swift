import Foundation
import GaussianProcesses
import LinearAlgebra
import Testing

/// Processor times at the size of a long search, printed; the bounds are far above what was measured.
struct SpeedTests {
  #if DEBUG
    static let isRelease = false
  #else
    static let isRelease = true
  #endif

  /// Of this thread: other work on the machine does not count.
  private static var threadSeconds: Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
  }

  /// Never among the fast tests, which must not depend on how busy the machine is.
  static let areAskedFor = ProcessInfo.processInfo.environment["AUTOPEFT_SLOW_TESTS"] != nil

  @Test(.enabled(if: isRelease && areAskedFor, "optimised, with AUTOPEFT_SLOW_TESTS set"))
  func fitAndPosteriorAtAHundredTrials() throws {
    let inputs = try TestInputs.mixed(count: 100, dimensions: 40, seed: 1)
    let targets = TestInputs.targets(count: 100, seed: 1)
    var start = Self.threadSeconds
    let fit = try HyperparameterFit(
      inputs: inputs, targets: targets, priors: HyperparameterPriors(dimensions: 40),
      key: RandomKey(seed: 1))
    let fitting = Self.threadSeconds - start
    let process = try GaussianProcess(
      inputs: inputs, targets: targets, hyperparameters: fit.hyperparameters)
    let queries = try TestInputs.mixed(count: 1000, dimensions: 40, seed: 2)
    start = Self.threadSeconds
    _ = process.posterior(at: queries)
    let asking = Self.threadSeconds - start
    print(
      "n = 100, d = 40: processor seconds of the fit "
        + String(format: "%.3f, of 1,000 points %.3f", fitting, asking))
    #expect(fitting < 0.5 && asking < 0.2)
  }
}
