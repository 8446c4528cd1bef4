import GaussianProcesses
import SearchSpaces

/// Points of a space as inputs of the surrogate.
///
/// Where candidates are trained rung by rung, one more ordered input says how far: its place from 0
/// for the lowest rung to 1 for a whole training, which is what is asked for where nothing else is said.
struct PointEncoder: Sendable {
  let space: SearchSpace
  let kinds: [InputKind]
  private let hasRungs: Bool

  init(_ space: SearchSpace, hasRungs: Bool = false) {
    self.space = space
    self.hasRungs = hasRungs
    let decisions: [InputKind] = space.dimensions.map { dimension in
      switch dimension.kind {
      case .ordered: .ordered
      case .unordered: .unordered
      }
    }
    kinds = decisions + (hasRungs ? [.ordered] : [])
  }

  /// The places among the inputs that a proposal does not choose.
  var given: [Int] { hasRungs ? [kinds.count - 1] : [] }

  /// One point of [d].
  func encoded(_ point: SearchPoint, rung: Double = 1) -> EncodedPoint {
    let own = space.encode(point)
    guard hasRungs else { return own }
    return EncodedPoint(values: own.values + [rung], isActive: own.isActive + [true])
  }

  /// The point of the space that encoded values stand for.
  func decoded(_ encoded: EncodedPoint) -> SearchPoint {
    guard hasRungs else { return space.decode(encoded) }
    return space.decode(
      EncodedPoint(
        values: Array(encoded.values.dropLast()), isActive: Array(encoded.isActive.dropLast())))
  }

  /// [points.count, d].
  ///
  /// - Parameter rungs: a place for each point; nil for whole trainings.
  func inputs(
    _ points: [SearchPoint], rungs: [Double]? = nil, task: RelatedTask = .own
  ) throws(StrategyError) -> EncodedInputs {
    var inputs = EncodedInputs(kinds: kinds)
    do throws(GaussianProcessError) {
      for (index, point) in points.enumerated() {
        let encoded = encoded(point, rung: rungs?[index] ?? 1)
        try inputs.append(encoded.values, isActive: encoded.isActive, task: task)
      }
    } catch {
      throw .surrogate(reason: error.description)
    }
    return inputs
  }
}
