import GaussianProcesses
import SearchSpaces

/// Points of a space as inputs of the surrogate.
struct PointEncoder: Sendable {
  let space: SearchSpace
  let kinds: [InputKind]

  init(_ space: SearchSpace) {
    self.space = space
    kinds = space.dimensions.map { dimension in
      switch dimension.kind {
      case .ordered: .ordered
      case .unordered: .unordered
      }
    }
  }

  /// [points.count, d].
  func inputs(
    _ points: [SearchPoint], task: RelatedTask = .own
  ) throws(StrategyError) -> EncodedInputs {
    var inputs = EncodedInputs(kinds: kinds)
    do throws(GaussianProcessError) {
      for point in points {
        let encoded = space.encode(point)
        try inputs.append(encoded.values, isActive: encoded.isActive, task: task)
      }
    } catch {
      throw .surrogate(reason: error.description)
    }
    return inputs
  }
}
