internal import RunStore
internal import SearchSpaces

/// Which trained files of recorded trials stay on the disk.
///
/// A checkpoint goes once its result is recorded, but for a trial of a lower rung, from which another one
/// may go on. Adapters stay of the Pareto front, of the ten best,
/// of references, and of confirmations; a trial that has left the front or the ten best never comes
/// back, so nothing is removed that is wanted later. Removing again what is gone does nothing.
struct Retention {
  private let run: RunDirectory
  private let keep: StudyBudget.Keep

  init(_ run: RunDirectory, keep: StudyBudget.Keep) {
    self.run = run
    self.keep = keep
  }

  /// The trials whose adapters stay.
  func kept(of records: [TrialRecord]) -> Set<Int> {
    if keep == .all { return Set(records.map(\.number)) }
    let searched = records.filter { $0.trial.origin != .confirmation }
    var numbers = Set(ParetoFront(searched).trials.map(\.number))
    numbers.formUnion(searched.ranked().prefix(10).map(\.number))
    let always = records.filter { [.reference, .confirmation].contains($0.trial.origin) }
    return numbers.union(always.map(\.number))
  }

  /// Files of recorded trials that may go.
  ///
  /// - Parameter numbers: the only trials to look at; nil for all.
  func removable(
    of records: [TrialRecord], among numbers: Set<Int>? = nil
  ) -> [(path: String, reason: String)] {
    let kept = kept(of: records)
    let candidates = records.filter { $0.isRecorded && numbers?.contains($0.number) ?? true }
    return candidates.sorted { $0.number < $1.number }.flatMap { record in
      let trial = run.trial(record.number)
      var paths: [(path: String, reason: String)] = []
      if trial.hasCheckpoint, !(record.trial.isPartial && record.state == .complete) {
        paths.append((trial.checkpoint, "checkpoint of a recorded trial"))
      }
      if trial.hasAdapter, !kept.contains(record.number) {
        paths.append((trial.adapterFile, "adapter outside the front and the ten best"))
      }
      return paths
    }
  }

  /// Removes what may go.
  func apply(to records: [TrialRecord], among numbers: Set<Int>? = nil) throws {
    for file in removable(of: records, among: numbers) { try run.remove(file.path) }
  }
}
