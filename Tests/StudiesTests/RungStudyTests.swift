import Foundation
import RunStore
import SearchSpaces
import Testing

@testable import Studies

/// Studies that train candidates rung by rung.
@Suite struct RungStudyTests {
  private func study(_ name: String, trials: Int = 16) throws -> FakeStudy {
    var fake = try FakeStudy(name)
    fake.hasRungs = true
    fake.trials = trials
    try fake.create()
    return fake
  }

  /// A promoted trial begins where the one below has ended, and takes its checkpoint along.
  @Test func promotedTrialsGoOnFromTheCheckpoint() async throws {
    let fake = try study("rungs")
    defer { fake.remove() }
    #expect(try await fake.sit(executor: FakeStudy.inline(2)) == .complete)
    let history = try RunHistory.open(fake.run)
    let records = try history.trials()
    let promoted = records.filter { $0.trial.fidelity?.continues != nil }
    #expect(promoted.count >= 2)
    for record in records where record.trial.fidelity != nil {
      let below = record.trial.fidelity?.continues
      #expect(try history.attempts(record.number).map(\.step) == [below == nil ? 0 : 1])
      // The name of the whole training is the configuration's own.
      let name = record.trial.configuration.identity
      #expect(record.identity == (below == nil ? "\(name)/1" : name))
    }
    let taken = Set(promoted.compactMap { $0.trial.fidelity?.continues })
    for record in records {
      let isOpen =
        record.trial.isPartial && record.state == .complete && !taken.contains(record.number)
      #expect(fake.run.trial(record.number).hasCheckpoint == isOpen, "trial \(record.number)")
    }
    // Such a study records no hash of its space file.
    #expect(try RunVerification(fake.run).problems.filter { $0.place != "space.yaml" } == [])
  }

  /// Only whole trainings are ranked, stand on the front, and keep their adapters.
  @Test func lowerRungsAreNoContenders() async throws {
    let fake = try study("contenders")
    defer { fake.remove() }
    _ = try await fake.sit(executor: FakeStudy.inline(2))
    let records = try RunHistory.open(fake.run).trials()
    #expect(records.contains { $0.trial.isPartial && $0.trial.score != nil })
    #expect(records.ranked().allSatisfy { !$0.trial.isPartial })
    #expect(ParetoFront(records).trials.allSatisfy { !$0.trial.isPartial })
    for record in records where record.trial.isPartial {
      #expect(record.trial.finalScore == nil && !fake.run.trial(record.number).hasAdapter)
    }
  }

  /// Wherever the controller dies, also between the two rungs, the run is the same in the end.
  @Test func everyCrashPointGivesTheSameRun() async throws {
    let undisturbed = try study("rungs-reference", trials: 12)
    defer { undisturbed.remove() }
    _ = try await undisturbed.sit(executor: FakeStudy.inline(2))
    let expected = try undisturbed.traces()
    #expect(expected.contains { $0.contains("\"continues\"") })
    var pulses = 1
    while true {
      let fake = try study("rungs-crash", trials: 12)
      defer { fake.remove() }
      let fuse = StudyResumeTests.Fuse(pulses)
      do {
        _ = try await fake.sit(
          executor: FakeStudy.inline(2, .diesWhenStopped), pulse: { try fuse.burn() })
      } catch is StudyResumeTests.Crash {}
      if fuse.hasFired { _ = try await fake.sit(executor: FakeStudy.inline(2)) }
      #expect(try fake.traces() == expected, "crash at pulse \(pulses)")
      if !fuse.hasFired { break }
      pulses += 1
    }
    #expect(pulses > 40)
  }

  private static func record(
    _ number: Int, score: Double?, epochs: Int, continues: Int? = nil
  ) -> TrialRecord {
    TrialRecord(
      trial: Trial(
        number: number, state: score == nil ? .running : .complete, origin: .model, point: nil,
        configuration: FakeStudy.configuration(rank: number), costs: FakeStudy.costs(rank: number),
        score: score, fidelity: Fidelity(epochs: epochs, continues: continues)),
      identity: "\(number)")
  }

  /// Spearman's correlation over the pairs, worked out by hand: 1 − 6 Σ d² / (n (n² − 1)).
  @Test func agreementIsTheRankCorrelationOfThePairs() {
    let below = [0.1, 0.2, 0.3, 0.4, 0.5]
    let above = [0.5, 0.7, 0.6, 0.8, 0.9]
    var records = below.enumerated().map { Self.record($0 + 1, score: $1, epochs: 1) }
    records += above.enumerated().map {
      Self.record($0 + 6, score: $1, epochs: 3, continues: $0 + 1)
    }
    records.append(Self.record(11, score: nil, epochs: 3, continues: 5))
    let found = RungAgreement.all(records)
    #expect(found.map(\.epochs) == [1] && found.map(\.nextEpochs) == [3])
    #expect(found.map(\.pairs) == [5])
    #expect(abs((found[0].rankCorrelation ?? 0) - 0.9) < 1e-12)
    #expect(
      !found[0].isDoubtful
        && found[0].sentence.hasSuffix("correlation 0.90 over 5 trials that went on."))
    let few = RungAgreement.all(records.filter { $0.number != 10 })
    #expect(few[0].rankCorrelation == nil && few[0].sentence.contains("too few trials"))
    records[9].trial.score = 0
    let poor = RungAgreement.all(records)[0]
    #expect(poor.isDoubtful && poor.sentence.contains("Below 0.5"))
  }
}
