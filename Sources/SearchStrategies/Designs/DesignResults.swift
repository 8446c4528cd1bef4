public import SearchSpaces
public import Statistics

/// The results of a designed experiment, contrast by contrast.
///
/// A failed trial counts as the worst score of its contrast (the rule of `HistoryView`): to leave it
/// out would reward an arm for diverging.
public struct DesignResults: Sendable {
  private let trials: [Trial]

  /// - Parameter history: any trials; those outside of a design do not matter.
  public init(_ history: [Trial]) {
    trials = history.filter { $0.design != nil }
  }

  /// The contrasts in the order of their first trials.
  public var contrasts: [String] {
    var seen: Set<String> = []
    return trials.flatMap { $0.design?.arms ?? [] }.map(\.contrast).filter {
      seen.insert($0).inserted
    }
  }

  /// Scores of the arms of a contrast by block.
  public func scores(of contrast: String) -> BlockedScores {
    let own = trials.filter { $0.design?.arms.contains { $0.contrast == contrast } ?? false }
    let worst = own.compactMap(\.score).min()
    var arms: [String] = []
    var scores: [Int: [String: Double]] = [:]
    for trial in own {
      guard let design = trial.design else { continue }
      let score = trial.state == .failed ? worst : trial.score
      for arm in design.arms where arm.contrast == contrast {
        if !arms.contains(arm.level) { arms.append(arm.level) }
        if let score { scores[design.block, default: [:]][arm.level] = score }
      }
    }
    return BlockedScores(arms: arms, scores: scores)
  }

  /// Trials of a contrast that failed.
  public func failures(of contrast: String) -> Int {
    trials.count { trial in
      trial.state == .failed && trial.design?.arms.contains { $0.contrast == contrast } ?? false
    }
  }

  /// Draws that were refused because some arm did not fit: numbers missing among the blocks.
  public func refusedDraws(of contrast: String) -> Int {
    let blocks = Set(
      trials.compactMap { trial -> Int? in
        guard let design = trial.design, design.arms.contains(where: { $0.contrast == contrast })
        else { return nil }
        return design.block
      })
    guard let last = blocks.max() else { return 0 }
    // Blocks count from 1 within each stage's room.
    let first = (last - 1) / DesignStage.room * DesignStage.room
    return last - first - blocks.count
  }
}
