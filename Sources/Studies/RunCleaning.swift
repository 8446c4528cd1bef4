public import RunStore
internal import SearchSpaces

/// What may be removed from a run without losing anything that is promised.
///
/// `list` looks, `apply` removes: `autopeft clean --dry-run` is the first without the second.
public struct RunCleaning: Sendable {
  /// A file or folder that may go.
  public struct Item: Codable, Hashable, Sendable {
    public var path: String
    public var bytes: Int
    public var reason: String
  }

  public let run: RunDirectory
  /// In the order of their paths.
  public let items: [Item]

  public var bytes: Int { items.reduce(0) { $0 + $1.bytes } }

  /// Lists checkpoints of recorded trials, adapters outside the front and the ten best, folders of
  /// trials that the database does not know, what killed processes left half written, and caches.
  ///
  /// - Throws: `RunStoreError`, `RunDirectoryError.cannotRead`.
  public init(_ run: RunDirectory) throws {
    self.run = run
    let history = try RunHistory.open(run)
    let records = try history.trials()
    let retention = Retention(run, keep: try history.budget().keep)
    var items = retention.removable(of: records)
    let known = Set(records.map(\.number))
    for number in try run.trialNumbers() {
      let trial = run.trial(number)
      if known.contains(number) {
        items += try run.unfinishedFiles(in: trial.path)
          .map { ($0, "half written by a process that was ended") }
      } else {
        items.append((trial.path, "a trial that the database does not know"))
      }
    }
    items += try run.unfinishedFiles(in: run.path)
      .map { ($0, "half written by a process that was ended") }
    items += try run.cachedFiles().map { ($0, "only saves work; made anew when it is needed") }
    self.items = items.sorted { $0.path < $1.path }.map {
      Item(path: $0.path, bytes: run.occupiedBytes($0.path), reason: $0.reason)
    }
  }

  /// Removes what was listed; the caller holds the run's lock.
  public func apply(holding lock: RunLock) throws {
    precondition(lock.run == run, "RunCleaning.apply: the lock is that of another run")
    for item in items { try run.remove(item.path) }
  }
}

/// What a run occupies on the disk, in bytes.
public struct RunSpace: Codable, Hashable, Sendable {
  public var database: Int
  public var adapters: Int
  public var checkpoints: Int
  public var logs: Int
  /// Everything else: space file, results, metrics, reports, exports.
  public var other: Int

  public var total: Int { database + adapters + checkpoints + logs + other }

  /// Adds up the files of a run.
  public init(of run: RunDirectory) throws {
    database = ["", "-wal", "-shm", "-journal"].reduce(0) {
      $0 + run.occupiedBytes(run.storeFile + $1)
    }
    (adapters, checkpoints, logs) = (0, 0, 0)
    for number in try run.trialNumbers() {
      let trial = run.trial(number)
      adapters += run.occupiedBytes(trial.adapterFile)
      checkpoints += run.occupiedBytes(trial.checkpoint)
      logs += run.occupiedBytes(trial.logFile)
    }
    other = run.occupiedBytes(run.path) - database - adapters - checkpoints - logs
  }
}
