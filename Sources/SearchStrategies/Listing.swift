import Algorithms
import GaussianProcesses
import LinearAlgebra
import SearchSpaces
import Synchronization

/// All candidates of a small space, encoded once.
struct Listing: Sendable {
  let points: [SearchPoint]
  /// The same points, in pieces that keep the covariance matrices small.
  let chunks: [EncodedInputs]
  /// Their known objectives, in the same pieces.
  let known: [Matrix]

  static let chunkSize = 1024

  /// nil where the space has more than `limit` candidates or a continuous decision.
  init?(
    _ encoder: PointEncoder, objectives: KnownObjectives, limit: Int
  ) throws(StrategyError) {
    guard Self.mayHold(encoder.space, limit: limit),
      let points = encoder.space.allPoints(limit: limit)
    else { return nil }
    var chunks: [EncodedInputs] = []
    var known: [Matrix] = []
    for chunk in points.chunks(ofCount: Self.chunkSize) {
      chunks.append(try encoder.inputs(Array(chunk)))
      var values: [Double] = []
      if objectives.count > 0 {
        for point in chunk {
          guard let candidate = encoder.space.feasibleCandidate(at: point) else { return nil }
          values += objectives.values(candidate.costs)
        }
      }
      known.append(Matrix(rows: chunk.count, columns: objectives.count, values: values))
    }
    self.points = points
    self.chunks = chunks
    self.known = known
  }

  /// Whether listing is worth trying: at most 100 combinations of all values, used or not, for each
  /// candidate that may be listed.
  private static func mayHold(_ space: SearchSpace, limit: Int) -> Bool {
    var combinations = 1.0
    for dimension in space.dimensions {
      switch dimension.kind {
      case .ordered(levels: nil): return false
      case .ordered(levels: let levels?): combinations *= Double(levels)
      case .unordered(let choices): combinations *= Double(choices)
      }
    }
    return combinations <= 100 * Double(limit)
  }
}

/// The listing of a small space, made when it is first needed; a memory of pure values.
final class ListingMemory: Sendable {
  private let listing = Mutex<Listing??>(nil)

  func listing(
    _ encoder: PointEncoder, objectives: KnownObjectives, limit: Int
  ) throws(StrategyError) -> Listing? {
    if let known = listing.withLock({ $0 }) { return known }
    let made = try Listing(encoder, objectives: objectives, limit: limit)
    listing.withLock { $0 = .some(made) }
    return made
  }
}
