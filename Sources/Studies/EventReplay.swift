internal import RunStore
internal import SearchSpaces

/// Follows the event log as the study wrote it, and says where it leaves its order.
struct EventReplay {
  private let records: [Int: TrialRecord]
  private let window: Int
  /// Numbers of the search's trials, in the order of proposal.
  private let searched: [Int]
  private(set) var proposed: Set<Int> = []
  private(set) var recorded: Set<Int> = []

  init(_ records: [TrialRecord], window: Int) {
    self.records = Dictionary(records.map { ($0.number, $0) }, uniquingKeysWith: { a, _ in a })
    self.window = window
    searched = records.filter { $0.trial.origin != .confirmation }.map(\.number)
  }

  /// - Returns: what is wrong with the event at this place.
  mutating func take(_ event: EventRecord) -> String? {
    guard let number = event.trial else { return nil }
    guard let record = records[number] else {
      return "event \(event.sequence) names trial \(number), which does not exist"
    }
    switch event.kind {
    case .proposed:
      guard proposed.insert(number).inserted else { return "trial \(number) was proposed twice" }
      guard let index = searched.firstIndex(of: number) else { return nil }
      let seen = searched.prefix(record.seenThrough)
      guard record.seenThrough >= max(0, index + 1 - window), recorded.isSuperset(of: seen) else {
        return "trial \(number) was proposed before the results that it has seen"
      }
    case .recorded:
      guard proposed.contains(number) else {
        return "trial \(number) was recorded before it was proposed"
      }
      guard recorded.insert(number).inserted else { return "trial \(number) was recorded twice" }
    case .created, .exhausted: break
    }
    return nil
  }
}
