internal import RunStore
internal import SearchSpaces

/// Which trained files of recorded trials stay on the disk.
///
/// A checkpoint goes once its result is recorded. Adapters stay of the Pareto front, of the ten best,
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
    let searched = records.filter { $0.trial.origin != .confirmation }
    var numbers = Set(ParetoFront(searched).trials.map(\.number))
    numbers.formUnion(searched.ranked().prefix(10).map(\.number))
    let always = records.filter { [.reference, .confirmation].contains($0.trial.origin) }
    return numbers.union(always.map(\.number))
  }

  /// Files of recorded trials that may go.
  func removable(of records: [TrialRecord]) -> [(path: String, reason: String)] {
    let kept = keep == .all ? Set(records.map(\.number)) : kept(of: records)
    return records.filter(\.isRecorded).sorted { $0.number < $1.number }.flatMap { record in
      let trial = run.trial(record.number)
      var paths: [(path: String, reason: String)] = []
      if trial.hasCheckpoint {
        paths.append((trial.checkpoint, "checkpoint of a recorded trial"))
      }
      if trial.hasAdapter, !kept.contains(record.number) {
        paths.append((trial.adapterFile, "adapter outside the front and the ten best"))
      }
      return paths
    }
  }

  func apply(to records: [TrialRecord]) throws {
    for file in removable(of: records) { try run.remove(file.path) }
  }
}
