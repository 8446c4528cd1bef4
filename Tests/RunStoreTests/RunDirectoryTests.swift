import Checkpoints
import Foundation
import Glibc
import Testing

@testable import RunStore

@Suite struct RunDirectoryTests {
  @Test func theLayoutIsTheDocumentedOne() {
    let run = RunDirectory(path: "runs/a//")
    #expect(run.path == "runs/a")
    #expect(run.name == "a")
    #expect(run.trial(41).resultFile == "runs/a/trials/0041/result.json")
    #expect(run.trial(12_345).path == "runs/a/trials/12345")
    #expect(TrialDirectory.number(ofFolder: "0041") == 41)
    #expect(TrialDirectory.number(ofFolder: "12345") == 12_345)
    for name in ["41", "0000", "00041", "-001", "x", "0041.tmp"] {
      #expect(TrialDirectory.number(ofFolder: name) == nil)
    }
  }

  static let names: [(String, String)] = [
    ("", "a run's name must not be empty."),
    ("a/b", "a run's name must not contain '/', got 'a/b'. Use --runs-dir for the folder."),
    ("..", "a run's name must not begin with '.' or '-', got '..'."),
    (".hidden", "a run's name must not begin with '.' or '-', got '.hidden'."),
    ("-x", "a run's name must not begin with '.' or '-', got '-x'."),
    ("a\nb", "a run's name must not contain control characters."),
    ("a\u{202E}b", "a run's name must not contain control characters."),
    (String(repeating: "n", count: 101), "a run's name has at most 100 characters, got 101."),
  ]

  @Test(arguments: names)
  func badNamesAreRefused(name: String, text: String) {
    let error = #expect(throws: RunDirectoryError.self) {
      try RunDirectory.validate(name: name)
    }
    #expect(error?.description == text)
    #expect(error?.exitCode == 2)
  }

  @Test(arguments: ["a", "s4-mrpc", "Lauf 7", "übung", String(repeating: "n", count: 100)])
  func goodNamesAreAccepted(name: String) throws {
    try RunDirectory.validate(name: name)
  }

  @Test func anExistingNameIsRefused() throws {
    let test = try TestRun()
    let error = RunDirectoryError.exists(run: test.run.path)
    #expect(throws: error) {
      _ = try RunDirectory.create(name: "test", in: test.parent) { _ in
        Issue.record("nothing may be prepared")
      }
    }
    #expect(try RunDirectory.list(in: test.parent) == [test.run])
    #expect(try RunDirectory.list(in: test.parent + "/none") == [])
  }

  @Test func aFailedCreationLeavesNothing() throws {
    let test = try TestRun()
    #expect(throws: RunStoreError.self) {
      _ = try RunDirectory.create(name: "next", in: test.parent) { run in
        try RunFiles.durable.write(Data(), run.spaceFile)
        throw RunStoreError.diskFull(path: run.storeFile)
      }
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: test.parent) == ["test"])
  }

  @Test func theLeftoverOfACrashedCreationIsTakenOver() throws {
    let test = try TestRun()
    let draft = test.parent + "/.creating-next"
    try FileManager.default.createDirectory(atPath: draft, withIntermediateDirectories: true)
    try Data().write(to: URL(filePath: draft + "/space.yaml"))
    let run = try RunDirectory.create(name: "next", in: test.parent) { run in
      #expect(!FileTree.exists(run.spaceFile))
    }
    #expect(FileTree.isDirectory(run.trials))
    #expect(!FileTree.exists(draft))
  }

  @Test func twoCreationsOfOneNameDoNotMix() throws {
    let test = try TestRun()
    _ = try RunDirectory.create(name: "next", in: test.parent) { _ in
      #expect(throws: RunDirectoryError.exists(run: test.parent + "/next")) {
        _ = try RunDirectory.create(name: "next", in: test.parent) { _ in }
      }
    }
  }

  @Test func openNamesWhatIsMissing() throws {
    let test = try TestRun()
    #expect(try RunDirectory.open(test.run.path + "/") == test.run)
    #expect(throws: RunDirectoryError.missing(run: test.parent + "/none")) {
      _ = try RunDirectory.open(test.parent + "/none")
    }
    try FileManager.default.removeItem(atPath: test.run.spaceFile)
    #expect(throws: RunDirectoryError.incomplete(run: test.run.path, file: "space.yaml")) {
      _ = try RunDirectory.open(test.run.path)
    }
  }

  @Test func aParentThatCannotBeMadeIsNamed() throws {
    let test = try TestRun()
    let error = #expect(throws: RunDirectoryError.self) {
      _ = try RunDirectory.create(name: "a", in: test.run.spaceFile + "/runs") { _ in }
    }
    #expect(error?.description == "cannot create \(test.run.spaceFile): file exists.")
    #expect(error?.exitCode == 73)
  }

  @Test(.enabled(if: geteuid() != 0, "root may write everywhere"))
  func aReadOnlyParentIsNamed() throws {
    let test = try TestRun()
    chmod(test.parent, 0o500)
    defer { chmod(test.parent, 0o700) }
    let error = #expect(throws: RunDirectoryError.self) {
      _ = try RunDirectory.create(name: "a", in: test.parent) { _ in }
    }
    #expect(error?.exitCode == 73)
  }

  @Test func tooLittleSpaceIsSaidWithBothNumbers() throws {
    let test = try TestRun()
    try test.run.requireFreeSpace(1)
    let error = #expect(throws: RunDirectoryError.self) {
      try test.run.requireFreeSpace(.max)
    }
    #expect(error?.exitCode == 74)
    #expect(error?.description.contains("a trial needs 9223 PB") == true)
  }

  @Test func unfinishedFilesAreFound() throws {
    let test = try TestRun()
    for name in [".result.json.partial-12-3", "study.sqlite.schema-1.tmp", "result.json"] {
      try Data().write(to: URL(filePath: test.run.path + "/" + name))
    }
    #expect(
      try test.run.unfinishedFiles(in: test.run.path).sorted() == [
        test.run.path + "/.result.json.partial-12-3",
        test.run.path + "/study.sqlite.schema-1.tmp",
      ])
    try test.run.remove(test.run.path + "/none")
    #expect(test.run.occupiedBytes(test.run.path + "/none") == 0)
    #expect(test.run.occupiedBytes(test.run.storeFile) > 0)
  }

  @Test func damagedJSONFilesNameTheField() throws {
    let test = try TestRun()
    let file = test.run.environmentFile
    let cases = [
      ("{}", "'facts' is missing"), ("{\"facts\": 3}", "'facts' is not of the expected kind"),
      ("{\"facts\": ", "the text is not valid JSON of this kind"),
      ("{\"facts\": {\"blas\": 1}}", "'facts.blas' is not a text"),
    ]
    for (text, detail) in cases {
      try Data(text.utf8).write(to: URL(filePath: file))
      let error = RunFileError.damaged(path: file, detail: detail)
      #expect(throws: error) { _ = try RunEnvironment.read(test.run) }
      #expect(error.description == "\(file) is damaged: \(detail).")
      #expect(error.exitCode == 65)
    }
    try FileManager.default.removeItem(atPath: file)
    #expect(throws: RunDirectoryError.cannotRead(path: file, reason: "no such file or directory")) {
      _ = try RunEnvironment.read(test.run)
    }
  }

  @Test func environmentsAreCompared() throws {
    let test = try TestRun()
    let recorded = RunEnvironment(facts: ["blas": "reference"])
    try recorded.requireEqual(toRecorded: test.run)
    let other = RunEnvironment(facts: ["blas": "fast", "threads": "1"])
    let error = RunDirectoryError.environmentChanged(
      run: test.run.path,
      differences: [
        "blas was 'reference' and is 'fast'", "threads was 'not recorded' and is '1'",
      ])
    #expect(throws: error) { try other.requireEqual(toRecorded: test.run) }
    #expect(RunEnvironment.ofMachine().facts["system"]?.isEmpty == false)
  }

  static let sentences: [(RunDirectoryError, String, Int32)] = [
    (
      .exists(run: "runs/a"),
      "run directory runs/a exists already. "
        + "Continue it with 'autopeft resume runs/a', or choose another --run.", 2
    ),
    (
      .missing(run: "runs/a"),
      "run directory runs/a does not exist. "
        + "Check the path, or start a run with 'autopeft search'.", 2
    ),
    (
      .incomplete(run: "src", file: "study.sqlite"),
      "src is not a run directory: it has no study.sqlite.", 65
    ),
    (.cannotCreate(path: "runs", reason: "x"), "cannot create runs: x.", 73),
    (
      .cannotRead(path: "a", reason: "input/output error"), "cannot read a: input/output error.", 74
    ),
    (
      .cannotWrite(path: "a", reason: "read-only file system"),
      "cannot write a: read-only file system. "
        + "Nothing recorded so far is lost; resume the run when this is mended.", 74
    ),
    (
      .diskFull(run: "runs/a", free: 1_500_000, needed: 64_000_000),
      "the disk of runs/a has 1.5 MB left, a trial needs 64.0 MB. "
        + "Free some space, then resume the run.", 74
    ),
    (
      .environmentChanged(run: "runs/a", differences: ["blas was 'a' and is 'b'"]),
      "runs/a was started in another environment: blas was 'a' and is 'b'. "
        + "Results may differ in their last bits; --accept-environment continues all the same.", 2
    ),
  ]

  @Test(arguments: sentences)
  func sentence(error: RunDirectoryError, text: String, code: Int32) {
    #expect(error.description == text)
    #expect(error.exitCode == code)
  }

  @Test func byteCountsAreReadable() {
    #expect(ByteCount.text(0) == "0 B")
    #expect(ByteCount.text(999) == "999 B")
    #expect(ByteCount.text(1_000) == "1.0 kB")
    #expect(ByteCount.text(123_456_789) == "123 MB")
  }
}
