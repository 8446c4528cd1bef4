import Foundation
public import LinearAlgebra

/// The mean of one acquisition function over several models, all of logarithmic form.
///
/// a(x) = log 1/M Σ exp(aₘ(x)): with one model for each draw of the hyper-parameters it integrates
/// the acquisition over what is not known of them.
///
/// Reference: Snoek, Larochelle, Adams, arXiv 1206.2944, section 3.2.
public struct AveragedAcquisition: AcquisitionFunction {
  public static let name = "average"
  public static let reference = "Snoek et al., NeurIPS 2012, arXiv 1206.2944"

  private let members: [any AcquisitionFunction]

  public var knownObjectives: Int { members[0].knownObjectives }

  /// - Parameter members: at least one, all with the same known objectives.
  public init(_ members: [any AcquisitionFunction]) {
    precondition(!members.isEmpty, "AveragedAcquisition: at least one member is needed")
    self.members = members
  }

  public func values(at points: EncodedInputs, known: Matrix) -> [Double] {
    let all = members.map { $0.values(at: points, known: known) }
    return (0..<points.count).map { index in Self.logMean(all.map { $0[index] }).value }
  }

  public func value(
    atPoint point: EncodedInputs, known: [Double]
  ) -> (value: Double, gradient: [Double]) {
    let all = members.map { $0.value(atPoint: point, known: known) }
    let (value, shares) = Self.logMean(all.map(\.value))
    var gradient = Array(repeating: 0.0, count: point.dimensions)
    for (member, share) in zip(all, shares) {
      for index in gradient.indices { gradient[index] += share * member.gradient[index] }
    }
    return (value, gradient)
  }

  /// log of the mean of exponentials, and the share that each has in it.
  private static func logMean(_ values: [Double]) -> (value: Double, shares: [Double]) {
    let largest = values.max() ?? 0
    let terms = values.map { exp($0 - largest) }
    let sum = terms.reduce(0, +)
    return (largest + log(sum / Double(values.count)), terms.map { $0 / sum })
  }
}
