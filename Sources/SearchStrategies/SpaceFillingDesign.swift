import LinearAlgebra
import SearchSpaces
import Synchronization

/// The candidates of a space in a space-filling order that only the seed decides.
///
/// A scrambled Sobol sequence runs through the unit cube of all dimensions, ordered and unordered;
/// points that are no candidates are passed over, and of points that mean the same training the
/// first one stands. Candidate n of this order is the same for every strategy with the same seed,
/// so that strategies are compared from a shared initial design.
///
/// The order is walked once and remembered; the memory is of pure values and changes no answer.
final class SpaceFillingDesign: Sendable {
  /// So many draws in a row without a new candidate end the walk.
  ///
  /// A candidate that owns a share p of the cube is then missed with probability (1 − p)^20,000:
  /// below e^(−20) for p = 0.001.
  static let patience = 20_000
  /// Spaces with up to so many candidates are listed once the walk has ended.
  static let listingLimit = 100_000

  private struct Walk {
    var draws = 0
    var drawsSinceLast = 0
    var candidates: [(identity: String, candidate: Candidate)] = []
    var identities: Set<String> = []
    var lastRefusal: Infeasibility?
    /// All candidates in a shuffled order; nil until asked for.
    var listing: [SearchPoint]??
  }

  private let space: SearchSpace
  private let key: RandomKey
  private let sequence: SobolSequence
  private let walk = Mutex(Walk())

  init(space: SearchSpace, seed: UInt64) {
    self.space = space
    key = RandomKey(seed: seed).derived("initial design")
    sequence = SobolSequence(
      dimensions: min(space.dimensions.count, SobolSequence.maximumDimensions), scrambledBy: key)
  }

  /// The first candidate of the order that is not used yet; nil when the space holds no further one.
  ///
  /// - Parameter nearby: points whose neighbours are looked at where the space is too large to
  ///   list and drawing finds nothing new.
  /// - Throws: `StrategyError.nothingFeasible` when no draw ever was a candidate, the space cannot
  ///   be listed, and `nearby` leads nowhere.
  func next(
    unlike used: Set<String>, nearby: [SearchPoint]
  ) throws(StrategyError) -> Candidate? {
    switch walk.withLock({ advance(&$0, unlike: used) }) {
    case .found(let candidate): return candidate
    case .listed(let points): return first(of: points, unlike: used)
    case .unlisted(let error):
      for point in nearby {
        if let candidate = first(of: space.neighbours(of: point), unlike: used) {
          return candidate
        }
      }
      if let error, nearby.isEmpty { throw error }
      return nil
    }
  }

  /// How a walk ended.
  private enum Ending {
    case found(Candidate)
    /// All candidates of the space, in a shuffled order.
    case listed([SearchPoint])
    /// The space is too large to list; with an error where no draw was a candidate.
    case unlisted(StrategyError?)
  }

  private func advance(_ walk: inout Walk, unlike used: Set<String>) -> Ending {
    var place = 0
    while true {
      while place < walk.candidates.count {
        let entry = walk.candidates[place]
        if !used.contains(entry.identity) { return .found(entry.candidate) }
        place += 1
      }
      guard walk.drawsSinceLast < Self.patience else { break }
      draw(&walk)
    }
    let listed: [SearchPoint]?
    if let known = walk.listing {
      listed = known
    } else {
      listed = listing()
      walk.listing = .some(listed)
    }
    if let listed { return .listed(listed) }
    guard walk.candidates.isEmpty, let refusal = walk.lastRefusal else { return .unlisted(nil) }
    return .unlisted(.nothingFeasible(draws: walk.draws, reason: refusal.description))
  }

  private func draw(_ walk: inout Walk) {
    let point = space.point(fromUnit: unit(walk.draws))
    walk.draws += 1
    walk.drawsSinceLast += 1
    do throws(Infeasibility) {
      let candidate = try space.candidate(at: point)
      let identity = candidate.configuration.identity
      guard walk.identities.insert(identity).inserted else { return }
      walk.candidates.append((identity, candidate))
      walk.drawsSinceLast = 0
    } catch {
      walk.lastRefusal = error
    }
  }

  /// Point n of the cube; dimensions beyond the direction numbers are plain uniform draws.
  private func unit(_ index: Int) -> [Double] {
    var unit = sequence[index]
    if unit.count < space.dimensions.count {
      var source = CounterRandom(key.derived("further dimensions").derived(index))
      while unit.count < space.dimensions.count { unit.append(source.uniform()) }
    }
    return unit
  }

  private func listing() -> [SearchPoint]? {
    guard let points = space.allPoints(limit: Self.listingLimit) else { return nil }
    var source = CounterRandom(key.derived("listing"))
    return source.shuffled(points)
  }

  private func first(of points: [SearchPoint], unlike used: Set<String>) -> Candidate? {
    for point in points {
      guard let candidate = space.feasibleCandidate(at: point) else { continue }
      if !used.contains(candidate.configuration.identity) { return candidate }
    }
    return nil
  }
}

extension SearchSpace {
  /// The candidate at a point, or nil where the point breaks a limit or a constraint.
  func feasibleCandidate(at point: SearchPoint) -> Candidate? {
    do throws(Infeasibility) {
      return try candidate(at: point)
    } catch {
      return nil
    }
  }
}
