import Checkpoints
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

  static func undisturbed(_ slots: Int = 2, trials: Int = 12) async throws -> [String] {
    var fake = try FakeStudy("reference")
    defer { fake.remove() }
    fake.trials = trials
    try fake.create()
    #expect(try await fake.sit(executor: FakeStudy.inline(slots)) == .complete)
    return try fake.traces()
  }

  @Test func everyCrashPointGivesTheSameRun() async throws {
    let expected = try await Self.undisturbed(trials: 5)
    var pulses = 1
    while true {
      var fake = try FakeStudy("crash")
      defer { fake.remove() }
      fake.trials = 5
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
    #expect(pulses > 30, "a study of 5 trials has many durable steps, got \(pulses)")
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

  @Test(arguments: [1, 2, 3, 4, 6, 9])
  func aStudyThatIsStoppedAndResumedIsTheSame(after events: Int) async throws {
    let expected = try await Self.undisturbed()
    let fake = try FakeStudy("stop")
    defer { fake.remove() }
    try fake.create()
    for _ in 1...25 {
      let left = Mutex(events)
      let box = Mutex<Study?>(nil)
      let outcome = try await fake.sit(
        executor: FakeStudy.inline(2),
        observe: { progress in
          if case .stopping = progress { return }
          let isOver = left.withLock { left in
            left -= 1
            return left == 0
          }
          if isOver { box.withLock { $0 }?.requestStop() }
        },
        body: { study in
          box.withLock { $0 = study }
          defer { box.withLock { $0 = nil } }
          return try await study.search()
        })
      if outcome == .complete { break }
      #expect(outcome == .stopped)
    }
    // A stop after the very first events makes no progress: let it go on.
    _ = try await fake.sit(executor: FakeStudy.inline(2))
    #expect(try fake.traces() == expected)
  }

  @Test func aFullDiskAtAnyWriteLosesNothing() async throws {
    let expected = try await Self.undisturbed(trials: 5)
    var writes = 1
    while true {
      var fake = try FakeStudy("full")
      defer { fake.remove() }
      fake.trials = 5
      try fake.create()
      let fuse = Fuse(writes)
      let files = RunFiles { data, path in
        do { try fuse.burn() } catch { throw FileError.diskFull(.write, path: path) }
        try RunFiles.durable.write(data, path)
      }
      do {
        _ = try await fake.sit(executor: FakeStudy.inline(2), files: files)
      } catch let error as FileError {
        #expect(error.description.contains("the disk or the quota is full"))
      }
      _ = try await fake.sit(executor: FakeStudy.inline(2))
      #expect(try fake.traces() == expected, "write \(writes)")
      if !fuse.hasFired { break }
      writes += 1
    }
    #expect(writes > 5)
  }
}
