internal import Checkpoints
internal import Foundation
internal import Glibc

/// The folder that holds one study: its frozen space, its database, and all that trials leave.
///
///     runs/NAME/  space.yaml  earlier.json  environment.json  study.sqlite  lock
///                 trials/0041/…   report/   export/   cache/
///
/// A run appears under its name only when it is complete: it is made under a hidden name beside
/// it and renamed, so a crash while it is made leaves no half a run.
public struct RunDirectory: Hashable, Sendable {
  /// The folder's path, without a slash at the end.
  public let path: String

  /// Names the folder of a run without touching the disk.
  public init(path: String) {
    var trimmed = path
    while trimmed.count > 1 && trimmed.hasSuffix("/") { trimmed.removeLast() }
    self.path = trimmed
  }

  /// The run's name: the last component of its path.
  public var name: String {
    path.split(separator: "/", omittingEmptySubsequences: true).last.map(String.init) ?? path
  }

  /// The frozen copy of the space file.
  public var spaceFile: String { path + "/space.yaml" }
  /// What was taken over from earlier runs; only in runs that were started so.
  public var earlierFile: String { path + "/earlier.json" }
  /// Versions, processor, BLAS, threads, and hashes of backbone and data.
  public var environmentFile: String { path + "/environment.json" }
  /// The SQLite database; only the controller opens it for writing.
  public var storeFile: String { path + "/study.sqlite" }
  /// The lock that admits one controller.
  public var lockFile: String { path + "/lock" }
  /// The parent of all trial folders.
  public var trials: String { path + "/trials" }
  /// What `autopeft report` writes.
  public var report: String { path + "/report" }
  /// The default place of `autopeft export`.
  public var export: String { path + "/export" }

  /// Files that only save work; made by the first worker that needs one.
  public var cache: String { path + "/cache" }

  /// The folder of one trial.
  public func trial(_ number: Int) -> TrialDirectory {
    TrialDirectory(run: self, number: number)
  }

  /// The numbers of all trial folders on disk, ascending; other names are left out.
  public func trialNumbers() throws -> [Int] {
    try FileTree.names(in: trials).compactMap(TrialDirectory.number(ofFolder:)).sorted()
  }

  /// Makes a new run that is complete or not there at all.
  ///
  /// - Parameters:
  ///   - name: the run's name, see `validate(name:)`.
  ///   - parent: the folder that holds runs; made where it is missing.
  ///   - prepare: writes the run's files; it must close every database it opens.
  /// - Throws: `RunDirectoryError` for a bad or taken name and where nothing can be created;
  ///   whatever `prepare` throws, after the unfinished folder is removed.
  public static func create(
    name: String, in parent: String, prepare: (RunDirectory) throws -> Void
  ) throws -> RunDirectory {
    try validate(name: name)
    try FileTree.makeDirectories(parent)
    let final = RunDirectory(path: parent + "/" + name)
    guard !FileTree.exists(final.path) else { throw RunDirectoryError.exists(run: final.path) }
    let draft = RunDirectory(path: parent + "/.creating-" + name)
    try claim(draft, for: final)
    do {
      // Held until the run has its name, so that a second `create` can tell draft from leftover.
      let lock = try RunLock.acquire(draft)
      defer { lock.release() }
      for folder in [draft.trials, draft.report, draft.export] {
        try FileTree.makeDirectory(folder)
      }
      try prepare(draft)
      try FileTree.synchronize(folder: draft.path)
      guard !FileTree.exists(final.path) else { throw RunDirectoryError.exists(run: final.path) }
      guard rename(draft.path, final.path) == 0 else {
        throw RunDirectoryError.cannotCreate(path: final.path, reason: errnoText())
      }
    } catch {
      FileTree.removeQuietly(draft.path)
      throw error
    }
    try FileTree.synchronize(folder: parent)
    return final
  }

  /// Finds an existing run and checks that its parts are there.
  ///
  /// - Throws: `RunDirectoryError.missing` or `.incomplete`.
  public static func open(_ path: String) throws -> RunDirectory {
    let run = RunDirectory(path: path)
    guard FileTree.isDirectory(run.path) else { throw RunDirectoryError.missing(run: run.path) }
    for (file, word) in [(run.storeFile, "study.sqlite"), (run.spaceFile, "space.yaml")]
    where !FileTree.exists(file) {
      throw RunDirectoryError.incomplete(run: run.path, file: word)
    }
    return run
  }

  /// All complete runs below a folder, by name.
  public static func list(in parent: String) throws -> [RunDirectory] {
    guard FileTree.isDirectory(parent) else { return [] }
    return try FileTree.names(in: parent).filter { !$0.hasPrefix(".") }.sorted()
      .map { RunDirectory(path: parent + "/" + $0) }
      .filter { FileTree.exists($0.storeFile) }
  }

  /// Checks a run's name: 1 to 100 characters, no slash or control character, and neither a dot
  /// nor a dash in front (hidden files, options).
  public static func validate(name: String) throws {
    if name.isEmpty { throw RunDirectoryError.badName(name: name, rule: .empty) }
    if name.count > 100 || name.utf8.count > 200 {
      throw RunDirectoryError.badName(name: name, rule: .long)
    }
    if name.contains("/") { throw RunDirectoryError.badName(name: name, rule: .slash) }
    if name.hasPrefix(".") || name.hasPrefix("-") {
      throw RunDirectoryError.badName(name: name, rule: .start)
    }
    let isClean = name.unicodeScalars.allSatisfy {
      $0.properties.generalCategory != .control && $0.properties.generalCategory != .format
    }
    if !isClean { throw RunDirectoryError.badName(name: name, rule: .control) }
  }

  /// Checks that the file system has room for one more trial.
  ///
  /// - Throws: `RunDirectoryError.diskFull` with both numbers.
  public func requireFreeSpace(_ bytes: Int) throws {
    let free = try FileSystemFacts(of: path).freeBytes
    guard free >= bytes else {
      throw RunDirectoryError.diskFull(run: path, free: free, needed: bytes)
    }
  }

  /// Removes a file or folder below the run; one that is gone already is no error.
  public func remove(_ file: String) throws {
    precondition(file.hasPrefix(path + "/"), "RunDirectory.remove: \(file) is not in \(path)")
    try FileTree.remove(file)
  }

  /// Files of a folder that a killed process has left half written.
  public func unfinishedFiles(in folder: String) throws -> [String] {
    try FileTree.names(in: folder).filter {
      AtomicFile.isTemporary(name: $0) || $0.hasSuffix(".tmp")
    }.map { folder + "/" + $0 }
  }

  /// Files that only save work, complete or not.
  public func cachedFiles() throws -> [String] {
    guard FileTree.isDirectory(cache) else { return [] }
    return try FileTree.names(in: cache).map { cache + "/" + $0 }
  }

  /// Bytes on the disk of a file or folder of the run.
  public func occupiedBytes(_ file: String) -> Int { FileTree.occupiedBytes(file) }

  /// Makes the draft's folder, taking over what a crashed `create` has left.
  private static func claim(_ draft: RunDirectory, for final: RunDirectory) throws {
    if FileTree.exists(draft.path) {
      guard try !RunLock.isHeld(draft) else { throw RunDirectoryError.exists(run: final.path) }
      try FileTree.remove(draft.path)
    }
    try FileTree.makeDirectory(draft.path)
  }
}
