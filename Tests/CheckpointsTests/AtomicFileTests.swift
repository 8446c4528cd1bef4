import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import Checkpoints

@Suite struct AtomicFileTests {
  private func names(_ folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
  }

  @Test func aFileReplacesTheOldOneAsAWhole() throws {
    try TemporaryFolder.with { folder in
      let path = "\(folder)/a.json"
      try AtomicFile.write("old", to: path)
      var file = try AtomicFile(path: path)
      try file.write("new ")
      try file.write([0x21])
      #expect(try String(contentsOfFile: path, encoding: .utf8) == "old")
      let unfinished = try names(folder).filter(AtomicFile.isTemporary(name:))
      #expect(unfinished.count == 1)
      try file.commit()
      #expect(try String(contentsOfFile: path, encoding: .utf8) == "new !")
      #expect(try names(folder) == ["a.json"])
    }
  }

  @Test func aFileThatIsNotCommittedLeavesNothing() throws {
    try TemporaryFolder.with { folder in
      do {
        var file = try AtomicFile(path: "\(folder)/a.json")
        try file.write("half")
      }
      #expect(try names(folder).isEmpty)
    }
  }

  @Test func namesOfUnfinishedFilesAreRecognised() {
    #expect(AtomicFile.isTemporary(name: ".a.json.partial-12-3"))
    #expect(!AtomicFile.isTemporary(name: "a.json"))
    #expect(!AtomicFile.isTemporary(name: ".a.json"))
    #expect(!AtomicFile.isTemporary(name: "a.partial-12-3"))
  }

  @Test func filesOfManyThreadsDoNotMeet() async throws {
    let url = FileManager.default.temporaryDirectory
      .appending(path: "autopeft-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(at: url) }
    let path = url.appending(path: "a").path
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<20 {
        group.addTask {
          try AtomicFile.write(String(repeating: "\(number % 10)", count: 1000), to: path)
        }
      }
      try await group.waitForAll()
    }
    let text = try String(contentsOfFile: path, encoding: .utf8)
    #expect(text.count == 1000)
    #expect(Set(text).count == 1)
    #expect(try names(url.path) == ["a"])
  }

  @Test func aFullDiskHasItsOwnError() throws {
    let full = try FileDescriptor.open("/dev/full", .writeOnly)
    defer { try? full.close() }
    let error = #expect(throws: FileError.self) {
      try [UInt8](repeating: 1, count: 10).withUnsafeBytes { bytes in
        try AtomicFile.write(bytes, to: full, path: "runs/a")
      }
    }
    #expect(error == .diskFull(.write, path: "runs/a"))
    #expect(
      error?.description
        == "runs/a: cannot write, the disk or the quota is full. "
        + "Free some space; what stood there before is unchanged.")
  }

  @Test func wrongTargetsGiveTheirSentences() throws {
    try TemporaryFolder.with { folder in
      let missing = #expect(throws: FileError.self) {
        try AtomicFile.write("x", to: "\(folder)/none/a")
      }
      #expect(
        missing?.description
          == "\(folder)/none/a: the folder '\(folder)/none' does not exist. Create it first.")
      let isFolder = #expect(throws: FileError.self) { try AtomicFile.write("x", to: folder) }
      #expect(isFolder?.description == "\(folder): expected a file, got a folder.")
    }
  }

  @Test(arguments: [
    (Errno.noSpace, "cannot write, the disk or the quota is full."),
    (.diskQuotaExceeded, "cannot write, the disk or the quota is full."),
    (.fileTooLarge, "cannot write, the disk or the quota is full."),
    (.permissionDenied, "no permission to write."),
    (.notPermitted, "no permission to write."),
    (.readOnlyFileSystem, "no permission to write."),
    (.noSuchFileOrDirectory, "there is no such file."),
    (.isDirectory, "expected a file, got a folder."),
    (.ioError, "cannot write: Input/output error (error 5)."),
  ])
  func everyErrorOfTheSystemHasASentence(errno: Errno, beginning: String) {
    let error = FileError(.write, path: "a", errno: errno)
    #expect(error.description.hasPrefix("a: \(beginning)"))
  }

  @Test func permissionIsNamed() {
    #expect(
      FileError.permissionDenied(.create, path: "a").description
        == "a: no permission to create. Check the owner and the mode of the file and of its "
        + "folder.")
  }
}
