import GaussianProcesses
import LinearAlgebra

/// Random mixed, conditional designs for the laws.
enum TestInputs {
  /// Points whose dimension kinds alternate; about a third of the values are inactive.
  static func mixed(
    count: Int, dimensions: Int, seed: UInt64, isConditional: Bool = true
  ) throws -> EncodedInputs {
    var source = CounterRandom(RandomKey(seed: seed))
    let kinds = (0..<dimensions).map { $0 % 3 == 2 ? InputKind.unordered : .ordered }
    var inputs = EncodedInputs(kinds: kinds)
    for _ in 0..<count {
      var values: [Double] = []
      var active: [Bool] = []
      for kind in kinds {
        values.append(
          kind == .ordered ? source.uniform() : Double(source.integer(below: 3)))
        active.append(!isConditional || source.uniform() > 0.33)
      }
      try inputs.append(values, isActive: active)
    }
    return inputs
  }

  static func hyperparameters(dimensions: Int, seed: UInt64) -> Hyperparameters {
    var source = CounterRandom(RandomKey(seed: seed).derived("hyper"))
    return Hyperparameters(
      lengthScales: (0..<dimensions).map { _ in source.uniform(0.2, 2) },
      signalVariance: source.uniform(0.5, 2), noiseVariance: source.uniform(0.001, 0.1),
      mean: source.normal() * 0.3)
  }

  static func targets(count: Int, seed: UInt64) -> [Double] {
    var source = CounterRandom(RandomKey(seed: seed).derived("targets"))
    return (0..<count).map { _ in source.normal() }
  }
}
