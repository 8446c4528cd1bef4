public import LinearAlgebra

/// How much a further score at a point is worth.
///
/// A point has inputs, which the model of the scores reads, and known objectives (costs that are
/// exact before training), which no model is needed for.
///
/// Laws (run on every registered member): gradient equal to central differences; finite far from
/// all data and at observed points.
public protocol AcquisitionFunction: Sendable {
  static var name: String { get }
  static var reference: String { get }

  /// How many known objectives a point has, all maximised.
  var knownObjectives: Int { get }

  /// The value at each point.
  ///
  /// - Parameter known: [points.count, knownObjectives].
  func values(at points: EncodedInputs, known: Matrix) -> [Double]

  /// The value at one point, and its derivatives by the ordered active inputs (zero elsewhere), the
  /// known objectives held fixed.
  func value(
    atPoint point: EncodedInputs, known: [Double]
  ) -> (value: Double, gradient: [Double])
}
