import Foundation
import Glibc
import Testing

@testable import RunStore

@Suite struct RunLockTests {
  @Test func oneControllerAtATime() throws {
    let test = try TestRun()
    #expect(try !RunLock.isHeld(test.run))
    let lock = try RunLock.acquire(test.run)
    #expect(try RunLock.holder(of: test.run) == lock.owner)
    let error = #expect(throws: RunDirectoryError.self) { _ = try RunLock.acquire(test.run) }
    #expect(error == .locked(run: test.run.path, owner: lock.owner))
    #expect(
      error?.description
        == "\(test.run.path) is in use: process \(getpid()) on \(RunLock.hostName) works on it "
        + "since \(lock.owner.since). Wait for it, or stop it with 'kill \(getpid())'.")
    #expect(error?.exitCode == 2)
    lock.release()
    #expect(try !RunLock.isHeld(test.run))
    let next = try RunLock.acquire(test.run)
    #expect(next.owner.pid == getpid())
  }

  @Test func aLockEndsWithItsOwner() throws {
    let test = try TestRun()
    do {
      let lock = try RunLock.acquire(test.run)
      #expect(lock.owner.fence == 0)
    }
    // As after a kill: the contents still name an owner, the kernel knows better.
    #expect(try Data(contentsOf: URL(filePath: test.run.lockFile)).count > 0)
    #expect(try !RunLock.isHeld(test.run))
    _ = try RunLock.acquire(test.run)
  }

  @Test func garbageInTheFileDoesNotMatter() throws {
    let test = try TestRun()
    try Data("garbage {".utf8).write(to: URL(filePath: test.run.lockFile))
    let lock = try RunLock.acquire(test.run)
    let text = try String(contentsOfFile: test.run.lockFile, encoding: .utf8)
    #expect(text.contains("\"pid\":\(getpid())"))
    lock.release()
  }

  @Test func aLockFileThatCannotBeOpenedIsNamed() throws {
    let test = try TestRun()
    try FileManager.default.removeItem(atPath: test.run.lockFile)
    try FileManager.default.createDirectory(
      atPath: test.run.lockFile, withIntermediateDirectories: false)
    let error = RunDirectoryError.cannotWrite(path: test.run.lockFile, reason: "is a directory")
    #expect(throws: error) { _ = try RunLock.acquire(test.run) }
  }

  @Test func onlookersDoNotDisturbAnOwnerToBe() async throws {
    let test = try TestRun()
    _ = try RunLock.acquire(test.run)
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<4 {
        group.addTask {
          for _ in 0..<200 { _ = try? RunLock.isHeld(test.run) }
        }
      }
      for _ in 0..<20 {
        do {
          let lock = try RunLock.acquire(test.run)
          lock.release()
        } catch { Issue.record("\(error)") }
      }
    }
  }

  // MARK: Where only the contents can tell

  private func owner(_ process: ProcessIdentity, host: String = RunLock.hostName) -> LockOwner {
    LockOwner(process: process, host: host, since: "2026-01-01T00:00:00Z", fence: 3)
  }

  @Test func aLivingOwnerIsRespected() {
    let owner = owner(.current)
    #expect(
      RunLock.refusal(run: "runs/a", owner: owner, host: RunLock.hostName)
        == .locked(run: "runs/a", owner: owner))
  }

  @Test func deadOwnersAreRecognised() {
    let me = ProcessIdentity.current
    let dead = [
      // Another process has got the number.
      ProcessIdentity(pid: me.pid, boot: me.boot, startTicks: me.startTicks + 1),
      // The machine was started again.
      ProcessIdentity(pid: me.pid, boot: "another boot", startTicks: me.startTicks),
      // The number is free.
      ProcessIdentity(pid: Int32.max, boot: me.boot, startTicks: 5),
      ProcessIdentity(pid: 0, boot: me.boot, startTicks: 5),
    ]
    for process in dead {
      #expect(!process.isAlive)
      #expect(RunLock.refusal(run: "r", owner: owner(process), host: RunLock.hostName) == nil)
    }
    #expect(me.isAlive)
    #expect(me.startTicks > 0)
  }

  @Test func anOwnerOnAnotherHostIsNamed() {
    let process = ProcessIdentity(pid: 12, boot: "another boot", startTicks: 5)
    let error = RunLock.refusal(
      run: "runs/a", owner: owner(process, host: "node7"), host: "node8")
    #expect(
      error?.description
        == "runs/a was last held by process 12 on node7 since 2026-01-01T00:00:00Z, and this file "
        + "system cannot say whether it lives. If it is gone, remove runs/a/lock.")
  }
}

@Suite struct FileSystemFactsTests {
  static let mounts = """
    22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
    30 22 0:26 / /home rw shared:9 - nfs4 server:/home rw
    31 30 8:2 / /home/me/local\\040disk rw - xfs /dev/sdb1 rw
    32 22 0:28 / /mnt rw - tmpfs tmpfs rw
    33 22 0:29 / /mnt rw - fuse.sshfs me@far:/ rw
    broken line
    """

  @Test(arguments: [
    ("/", "ext4"), ("/var/lib", "ext4"), ("/home", "nfs4"), ("/home/me/runs/a", "nfs4"),
    ("/home/me/local disk/a", "xfs"), ("/homes/a", "ext4"), ("/mnt/a", "fuse.sshfs"),
  ])
  func theInnermostAndLatestMountCounts(path: String, kind: String) {
    #expect(FileSystemFacts.kind(of: path, mounts: Self.mounts) == kind)
  }

  @Test func networkedKindsAreKnown() {
    for kind in ["nfs", "nfs4", "cifs", "smb3", "lustre", "ceph", "9p", "fuse.sshfs", "virtiofs"] {
      #expect(FileSystemFacts.isNetworked(kind: kind), "\(kind)")
    }
    for kind in ["ext4", "xfs", "btrfs", "zfs", "tmpfs", "overlay", "fuseblk", ""] {
      #expect(!FileSystemFacts.isNetworked(kind: kind), "\(kind)")
    }
  }

  @Test func factsOfThisMachine() throws {
    let facts = try FileSystemFacts(of: NSTemporaryDirectory())
    #expect(facts.freeBytes > 0)
    #expect(throws: RunDirectoryError.cannotRead(path: "/no", reason: "no such file or directory"))
    {
      _ = try FileSystemFacts(of: "/no")
    }
  }
}

@Suite struct RunStoreErrorTests {
  static let sentences: [(RunStoreError, String, Int32)] = [
    (.missing(path: "s"), "s does not exist. Is this a run directory?", 2),
    (
      .damaged(path: "s", detail: "row 3 missing from index"),
      "s is damaged: row 3 missing from index. Results stand in the trials' result.json files "
        + "all the same; restore the database from a copy.", 65
    ),
    (.foreign(path: "s"), "s is a database, but not one of autopeft.", 65),
    (
      .newer(path: "s", found: 7, known: 5),
      "s was written by a newer autopeft (schema 7, this program knows 5). "
        + "Update autopeft, or choose another --run.", 2
    ),
    (
      .older(path: "s", found: 1, known: 2),
      "s was written by an older autopeft (schema 1, this program reads 2). "
        + "'autopeft resume' migrates it after a backup.", 2
    ),
    (
      .damagedRow(path: "s", table: "trial", row: 3, column: "costs", detail: "x"),
      "s is damaged: table trial, row 3, column costs: x.", 65
    ),
    (
      .diskFull(path: "s"),
      "s cannot grow: the disk is full. Free some space, then resume the run; "
        + "nothing recorded so far is lost.", 74
    ),
    (
      .inputOutput(path: "s", detail: "disk I/O error"),
      "s cannot be read or written: disk I/O error. Check the disk, then resume the run.", 74
    ),
    (
      .noPermission(path: "s", detail: "unable to open database file"),
      "s cannot be opened: unable to open database file. "
        + "Check the owner and the mode of the run directory.", 74
    ),
    (
      .busy(path: "s"),
      "s is locked by another process for longer than 20 seconds. "
        + "Close what has it open, then resume the run.", 74
    ),
    (.refused(path: "s", detail: "CHECK failed"), "s refuses a row: CHECK failed.", 1),
    (
      .superseded(path: "s", fence: 1, current: 2),
      "s now belongs to another process (counter 2, this one holds 1). "
        + "Nothing was written; stop this process.", 1
    ),
    (.stopped(path: "s", cause: "c."), "s is closed to writing after an error: c.", 74),
    (
      .duplicate(identity: "ab", trial: 3),
      "configuration ab was proposed again; trial 3 trains it already. "
        + "This is an error of the strategy.", 1
    ),
    (.unknownTrial(path: "s", number: 9), "s has no trial 9.", 2),
    (
      .wrongState(path: "s", number: 9, state: "failed", expected: "running"),
      "s: trial 9 is failed, expected running.", 1
    ),
    (.unexpected(path: "s", detail: "d"), "s: d.", 1),
  ]

  @Test(arguments: sentences)
  func sentence(error: RunStoreError, text: String, code: Int32) {
    #expect(error.description == text)
    #expect(error.exitCode == code)
  }
}
