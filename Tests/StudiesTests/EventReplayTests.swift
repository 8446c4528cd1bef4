import Foundation
import SearchSpaces
import Testing

@testable import RunStore
@testable import Studies

@Suite struct EventReplayTests {
  /// A trial that has seen the results of the first so many.
  private static func record(_ number: Int, seen: Int) -> TrialRecord {
    TrialRecord(
      trial: Trial(
        number: number, state: .running, origin: .model, point: nil,
        configuration: FakeStudy.configuration(rank: number), costs: FakeStudy.costs(rank: 1)),
      identity: "\(number)", seenThrough: seen)
  }

  /// `p` proposes, `r` records; window 2 over four trials that see 0, 0, 1 and 2 results.
  static let logs: [(String, [String])] = [
    ("p1 p2 r1 p3 r2 p4 r3 r4", []),
    ("p1 p2 p3 r1 r2 p4", ["trial 3 was proposed before the results that it has seen"]),
    ("p1 p2 r2 p3 r1 p4", ["trial 3 was proposed before the results that it has seen"]),
    ("p1 r2 p2", ["trial 2 was recorded before it was proposed"]),
    ("p1 p1", ["trial 1 was proposed twice"]),
    ("p1 r1 r1", ["trial 1 was recorded twice"]),
    ("p1 p9", ["event 2 names trial 9, which does not exist"]),
  ]

  @Test(arguments: logs)
  func faultsAreNamed(log: String, faults: [String]) {
    let records = [(1, 0), (2, 0), (3, 1), (4, 2)].map { Self.record($0.0, seen: $0.1) }
    var replay = EventReplay(records, window: 2)
    let found = log.split(separator: " ").enumerated().compactMap { index, word in
      replay.take(
        EventRecord(
          sequence: index + 1, kind: word.hasPrefix("p") ? .proposed : .recorded,
          trial: Int(word.dropFirst()), payload: "{}", at: Date()))
    }
    #expect(found == faults)
  }

  @Test func aViewThatIsTooNarrowIsAFault() {
    var replay = EventReplay((1...3).map { Self.record($0, seen: 0) }, window: 2)
    let found = (1...3).compactMap {
      replay.take(
        EventRecord(sequence: $0, kind: .proposed, trial: $0, payload: "{}", at: Date()))
    }
    #expect(found == ["trial 3 was proposed before the results that it has seen"])
  }
}
