internal import Foundation
internal import Glibc
internal import Synchronization

/// Who holds a run, as written into its `lock` file.
public struct LockOwner: Codable, Hashable, Sendable {
  public var process: ProcessIdentity
  public var host: String
  /// When it took the run, ISO 8601; for people only, nothing is decided by it.
  public var since: String
  /// The fencing counter that its writes carry.
  public var fence: Int

  public init(process: ProcessIdentity, host: String, since: String, fence: Int) {
    self.process = process
    self.host = host
    self.since = since
    self.fence = fence
  }

  public var pid: Int32 { process.pid }
}

/// The right of one process to control a run.
///
/// `flock` on the file `lock`: the kernel frees it when its owner dies, so a dead owner is never
/// waited for. The contents name the owner, for the refusal's sentence and for file systems
/// without `flock`, where boot id and process start time decide whether the owner lives. Writes
/// to the database are guarded besides by the fencing counter (`RunStore`), so that an owner whose
/// lock file was removed under it cannot harm its successor.
public final class RunLock: Sendable {
  public let run: RunDirectory
  private let descriptor: Int32
  private let state: Mutex<LockOwner>

  /// This process, as the file names it.
  public var owner: LockOwner { state.withLock { $0 } }

  private init(run: RunDirectory, owner: LockOwner, descriptor: Int32) {
    self.run = run
    self.state = Mutex(owner)
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  /// Takes the run, or says who has it.
  ///
  /// - Throws: `RunDirectoryError.locked`, `.lockedElsewhere`, `.cannotWrite`.
  public static func acquire(_ run: RunDirectory) throws -> RunLock {
    let descriptor = Glibc.open(run.lockFile, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else {
      throw RunDirectoryError.cannotWrite(path: run.lockFile, reason: errnoText())
    }
    do {
      try takeLock(run, descriptor)
      let owner = LockOwner(
        process: .current, host: hostName, since: timestamp(), fence: 0)
      try write(owner, to: descriptor, path: run.lockFile)
      return RunLock(run: run, owner: owner, descriptor: descriptor)
    } catch {
      close(descriptor)
      throw error
    }
  }

  /// Writes the counter that the database has given to this owner.
  func stamp(fence: Int) throws {
    try state.withLock { owner in
      owner.fence = fence
      try Self.write(owner, to: descriptor, path: run.lockFile)
    }
  }

  /// Gives the run back; the file stays, empty.
  ///
  /// The lock itself ends when the value goes away.
  public func release() {
    _ = ftruncate(descriptor, 0)
    _ = flock(descriptor, LOCK_UN)
  }

  /// Whether some process holds the run now; never waits and changes nothing.
  public static func isHeld(_ run: RunDirectory) throws -> Bool {
    try holder(of: run) != nil
  }

  /// Who holds the run now; nil where nobody does.
  public static func holder(of run: RunDirectory) throws -> LockOwner? {
    let descriptor = Glibc.open(run.lockFile, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      if errno == ENOENT { return nil }
      throw RunDirectoryError.cannotRead(path: run.lockFile, reason: errnoText())
    }
    defer { close(descriptor) }
    // A shared lock so that two onlookers do not take each other for the owner.
    if flock(descriptor, LOCK_SH | LOCK_NB) == 0 { return nil }
    let isLockless = errno != EWOULDBLOCK
    let owner = readOwner(descriptor)
    if isLockless && owner?.process.isAlive != true { return nil }
    return owner ?? unknownOwner
  }

  private static func takeLock(_ run: RunDirectory, _ descriptor: Int32) throws {
    // An onlooker's shared lock lasts microseconds; a few tries tell it from an owner.
    for attempt in 0..<5 {
      if flock(descriptor, LOCK_EX | LOCK_NB) == 0 {
        guard isSameFile(descriptor, run.lockFile) else { break }
        return
      }
      let reason = errno
      guard reason == EWOULDBLOCK || reason == EINTR else {
        return try judgeByContents(run, descriptor, reason: reason)
      }
      if attempt < 4 { usleep(5_000) }
    }
    throw RunDirectoryError.locked(run: run.path, owner: readOwner(descriptor) ?? unknownOwner)
  }

  /// Decides on a file system that has no locks.
  private static func judgeByContents(
    _ run: RunDirectory, _ descriptor: Int32, reason: Int32
  ) throws {
    let lockless: Set<Int32> = [ENOLCK, EOPNOTSUPP, ENOSYS, EINVAL]
    guard lockless.contains(reason) else {
      throw RunDirectoryError.cannotWrite(path: run.lockFile, reason: errnoText(reason))
    }
    guard let owner = readOwner(descriptor) else { return }
    if let refusal = refusal(run: run.path, owner: owner, host: hostName) { throw refusal }
  }

  /// Why a recorded owner still counts where only the contents can tell; nil when it is dead.
  static func refusal(run: String, owner: LockOwner, host: String) -> RunDirectoryError? {
    if owner.process.isAlive { return .locked(run: run, owner: owner) }
    let isHere = owner.process.boot == ProcessIdentity.currentBoot || owner.host == host
    return isHere ? nil : .lockedElsewhere(run: run, owner: owner)
  }

  private static let unknownOwner = LockOwner(
    process: ProcessIdentity(pid: 0, boot: "", startTicks: 0), host: "an unknown host",
    since: "an unknown time", fence: 0)

  private static func isSameFile(_ descriptor: Int32, _ path: String) -> Bool {
    var held = stat()
    var named = stat()
    return fstat(descriptor, &held) == 0 && stat(path, &named) == 0
      && held.st_ino == named.st_ino && held.st_dev == named.st_dev
  }

  private static func readOwner(_ descriptor: Int32) -> LockOwner? {
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = pread(descriptor, &bytes, bytes.count, 0)
    guard count > 0 else { return nil }
    return try? JSONDecoder().decode(LockOwner.self, from: Data(bytes.prefix(count)))
  }

  private static func write(_ owner: LockOwner, to descriptor: Int32, path: String) throws {
    let bytes = Array(try CanonicalJSON.encode(owner)) + [UInt8(ascii: "\n")]
    guard ftruncate(descriptor, 0) == 0, pwrite(descriptor, bytes, bytes.count, 0) == bytes.count,
      fsync(descriptor) == 0
    else { throw RunDirectoryError.cannotWrite(path: path, reason: errnoText()) }
  }

  static var hostName: String {
    var name = utsname()
    guard uname(&name) == 0 else { return "this host" }
    return withUnsafeBytes(of: &name.nodename) {
      String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
    }
  }
}

/// The time now in ISO 8601 with seconds, for people.
func timestamp(_ date: Date = Date()) -> String {
  date.formatted(.iso8601)
}
