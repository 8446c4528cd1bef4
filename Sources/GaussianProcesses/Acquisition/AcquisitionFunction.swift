/// How much a further score at a point is worth.
///
/// Laws (run on every registered member): gradient equal to central differences; finite far from
/// all data and at observed points.
public protocol AcquisitionFunction: Sendable {
  static var name: String { get }
  static var reference: String { get }

  /// For a model of the scores; the incumbent is what is to be beaten, in standardised units.
  init(model: GaussianProcess, incumbent: Double)

  /// The value at each point.
  func values(at points: EncodedInputs) -> [Double]

  /// The value at one point, and its derivatives by the ordered active inputs (zero elsewhere).
  func value(atPoint point: EncodedInputs) -> (value: Double, gradient: [Double])
}
