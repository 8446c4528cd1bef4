import Foundation
import Glibc
import SystemPackage
import Testing

@testable import Executors

@Suite struct ExecutorPartsTests {
  static let sentences: [(ExecutorError, String, Int32)] = [
    (.noProgram(path: "/bin/none"), "/bin/none is not an executable file.", 1),
    (
      .cannotStart(program: "/bin/x", reason: "no memory"),
      "cannot start a worker with /bin/x: no memory.", 1
    ),
    (
      .cannotLog(path: "runs/a/trials/0001/log.txt", reason: "No space left on device"),
      "cannot write the worker's log runs/a/trials/0001/log.txt: No space left on device.", 74
    ),
    (.alreadyRuns(id: 4), "job 4 runs already and is not started a second time.", 1),
    (
      .occupied(id: 4, log: "log.txt"),
      "an earlier worker of trial 4 still runs and holds log.txt. "
        + "Find it with 'fuser log.txt', end it, then resume the run.", 1
    ),
    (
      .unknownName("slurm", known: ["inline", "local"]),
      "unknown executor 'slurm'. Known: inline, local.", 2
    ),
  ]

  @Test(arguments: sentences)
  func sentence(error: ExecutorError, text: String, code: Int32) {
    #expect(error.description == text)
    #expect(error.exitCode == code)
  }

  @Test(arguments: [
    ("", ""), ("one", "one"), ("one\ntwo\n", "one\ntwo"), ("a\nb\nc\nd\n", "b\nc\nd"),
    ("\n\n\n\n", ""), ("longer than bytes\nxy\n", "xy"),
    (String(repeating: "z", count: 50), "zzzzzzzzzzzz"),
  ])
  func logTailIsBounded(text: String, tail: String) throws {
    let folder = try JobFolder()
    let path = folder.path + "/log"
    try text.write(toFile: path, atomically: false, encoding: .utf8)
    #expect(LogTail.read(path, lines: 3, bytes: 12) == tail)
  }

  @Test func logTailOfNoFileIsEmpty() {
    #expect(LogTail.read("/no/such/file") == "")
  }

  @Test func memoryOfAStatusFile() {
    let status =
      "Name:\tsh\nVmHWM:\t    2048 kB\nVmRSS:\t    1024 kB\nRssAnon:\t 100 kB\n"
      + "RssFile:\t 900 kB\nRssShmem:\t 24 kB\n"
    #expect(ProcessMemory(status: status)?.privateBytes == 124 * 1024)
    #expect(ProcessMemory(status: status)?.peakBytes == 2048 * 1024)
    #expect(ProcessMemory(status: "Name:\tsh\nState:\tZ (zombie)\n") == nil)
    let old = "VmHWM:\t 20 kB\nVmRSS:\t 10 kB\n"
    #expect(ProcessMemory(status: old)?.privateBytes == 10 * 1024)
    #expect(ProcessMemory(of: getpid())?.peakBytes ?? 0 > 1_000_000)
    #expect(ProcessMemory(of: -1) == nil)
  }

  @Test func oneKillIsCountedOnce() throws {
    let folder = try JobFolder()
    let file = folder.path + "/memory.events"
    func write(_ count: Int) throws {
      try "low 0\noom 9\noom_kill \(count)\n".write(toFile: file, atomically: true, encoding: .utf8)
    }
    try write(4)
    let counter = OutOfMemoryCounter(file: file)
    #expect(!counter.takeOne())
    try write(6)
    #expect(counter.takeOne())
    #expect(counter.takeOne())
    #expect(!counter.takeOne())
    #expect(!OutOfMemoryCounter(file: nil).takeOne())
    #expect(!OutOfMemoryCounter(file: folder.path + "/none").takeOne())
  }

  @Test func theCountIsLookedForInBothHierarchies() {
    let files = OutOfMemoryCounter.candidates(cgroup: "4:cpu,memory:/jobs/7\n1:cpu:/\n0::/user\n")
    #expect(files.first == "/sys/fs/cgroup/memory/jobs/7/memory.oom_control")
    #expect(files.contains("/sys/fs/cgroup/user/memory.events"))
    #expect(OutOfMemoryCounter.candidates(cgroup: "nonsense\n").isEmpty)
  }

  @Test func theWatchSeesTheEndOfThePipe() throws {
    let lifeline = try Lifeline()
    #expect(ControllerWatch.isPipe(lifeline.workerEnd.rawValue))
    #expect(!ControllerWatch.isPipe(-1))
    lifeline.close()
    ControllerWatch.waitForEnd(of: lifeline.workerEnd.rawValue)
    lifeline.handOver()
  }
}
