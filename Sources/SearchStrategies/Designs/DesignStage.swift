import LinearAlgebra
import SearchSpaces

/// Some arms to compare over blocks of common random numbers.
///
/// Draw d of a stage is one uniform number a dimension of the space. An arm fixes some decisions and
/// leaves the others to the draw, so that all arms of a block share what they do not vary. A draw
/// for which an arm is no candidate is refused in every arm: its number is missing among the blocks.
/// An arm that is a candidate for none of the first draws is left out of the stage.
struct DesignStage: Sendable {
  /// One arm.
  struct Arm: Sendable {
    let label: DesignArm
    let fixed: [(path: String, value: ParameterValue)]
  }

  /// One training of a stage.
  struct Cell: Sendable {
    let candidate: Candidate
    let design: DesignCell
  }

  let name: String
  let arms: [Arm]
  /// Decisions that all arms share.
  let fixed: [(path: String, value: ParameterValue)]
  let blocks: Int
  /// Added to the draws' numbers: stages share no noise.
  let firstBlock: Int
  /// By which draws are keyed.
  let key: RandomKey

  /// Blocks of one stage at most, refused draws counted.
  static let room = 1_000_000
  /// Draws in which an arm must be a candidate once.
  static let trials = 200

  /// Draws before a stage ends without all of its blocks.
  var draws: Int { 100 * blocks + Self.trials }

  /// The point of an arm in a draw.
  func candidate(_ space: SearchSpace, arm: Arm, draw: Int) -> Candidate? {
    var random = CounterRandom(key.derived(draw))
    var unit = space.dimensions.map { _ in random.uniform() }
    for (path, value) in fixed + arm.fixed { unit = space.unit(unit, fixing: path, to: value) }
    return space.feasibleCandidate(at: space.point(fromUnit: unit))
  }

  /// The arms that can be run at all.
  func possibleArms(_ space: SearchSpace) -> [Arm] {
    arms.filter { arm in
      (1...Self.trials).contains { candidate(space, arm: arm, draw: $0) != nil }
    }
  }

  /// All trainings, block by block; arms that are one training within a block share a cell.
  ///
  /// Ends early where the limits refuse more than 100 draws for each block that is asked for.
  func cells(_ space: SearchSpace) -> [Cell] {
    let arms = possibleArms(space)
    guard !arms.isEmpty else { return [] }
    var cells: [Cell] = []
    var accepted = 0
    var draw = 0
    while accepted < blocks, draw < draws {
      draw += 1
      guard let block = self.cells(space, arms: arms, draw: draw) else { continue }
      accepted += 1
      cells += block
    }
    return cells
  }

  /// The trainings of one draw; nil where it is refused in some arm.
  func cells(_ space: SearchSpace, draw: Int) -> [Cell]? {
    cells(space, arms: arms, draw: draw)
  }

  private func cells(_ space: SearchSpace, arms: [Arm], draw: Int) -> [Cell]? {
    var candidates: [Candidate] = []
    for arm in arms {
      guard let candidate = candidate(space, arm: arm, draw: draw) else { return nil }
      candidates.append(candidate)
    }
    return Self.merged(zip(arms, candidates), block: firstBlock + draw)
  }

  private static func merged(
    _ runs: some Sequence<(Arm, Candidate)>, block: Int
  ) -> [Cell] {
    var order: [String] = []
    var shared: [String: (candidate: Candidate, arms: [DesignArm])] = [:]
    for (arm, candidate) in runs {
      let identity = candidate.configuration.identity
      if shared[identity] == nil { order.append(identity) }
      shared[identity, default: (candidate, [])].arms.append(arm.label)
    }
    return order.compactMap { identity in
      shared[identity].map {
        Cell(candidate: $0.candidate, design: DesignCell(arms: $0.arms, block: block))
      }
    }
  }
}
