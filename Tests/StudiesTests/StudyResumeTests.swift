import Executors
import Foundation
import RunStore
import Synchronization
import Testing

@testable import Studies

/// The promise of resume: however often a study is stopped, what it leaves is the same.
@Suite struct StudyResumeTests {
  /// The death of the controller.
  struct Crash: Error {}

  /// Dies at the n-th pulse.
  final class Fuse: Sendable {
    private let left: Mutex<Int>

    init(_ pulses: Int) { left = Mutex(pulses) }

    func burn() throws {
      let isOver = left.withLock { left in
        left -= 1
        return left == 0
      }
      if isOver { throw Crash() }
    }

    var hasFired: Bool { left.withLock { $0 <= 0 } }
  }

  static func undisturbed(_ slots: Int = 2) async throws -> [String] {
    let fake = try FakeStudy("reference")
    defer { fake.remove() }
    try fake.create()
    #expect(try await fake.sit(executor: FakeStudy.inline(slots)) == .complete)
    return try fake.traces()
  }

  @Test func everyCrashPointGivesTheSameRun() async throws {
    let expected = try await Self.undisturbed()
    var pulses = 1
    while true {
      let fake = try FakeStudy("crash")
      defer { fake.remove() }
      try fake.create()
      let fuse = Fuse(pulses)
      do {
        _ = try await fake.sit(
          executor: FakeStudy.inline(2, .diesWhenStopped), pulse: { try fuse.burn() })
      } catch is Crash {}
      if fuse.hasFired {
        #expect(try await fake.sit(executor: FakeStudy.inline(2)) == .complete)
      }
      #expect(try fake.traces() == expected, "crash at pulse \(pulses)")
      if !fuse.hasFired { break }
      pulses += 1
    }
    #expect(pulses > 60, "a study of 12 trials has many durable steps, got \(pulses)")
  }

  @Test(arguments: [2, 3, 5, 9])
  func aStudyThatAlwaysCrashesSoonEndsAllTheSame(pulses: Int) async throws {
    let expected = try await Self.undisturbed()
    let fake = try FakeStudy("crashes")
    defer { fake.remove() }
    try fake.create()
    for sitting in 1...400 {
      let fuse = Fuse(pulses + sitting % 7)
      do {
        let outcome = try await fake.sit(
          executor: FakeStudy.inline(2, .diesWhenStopped), pulse: { try fuse.burn() })
        #expect(outcome == .complete)
        break
      } catch is Crash {}
    }
    #expect(try fake.traces() == expected)
  }
}
