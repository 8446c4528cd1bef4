import Checkpoints
import Foundation
import LinearAlgebra
import Testing

@testable import Training

@Suite struct CacheFolderTests {
  private func key(_ name: String) -> ContentHash {
    var hash = ContentHash()
    hash.add(name)
    return hash
  }

  private func write(_ folder: CacheFolder, _ name: String, _ bytes: [UInt8]) -> Bool {
    folder.write("test", key: key(name), length: bytes.count) { take in
      try bytes.withUnsafeBytes { try take($0) }
      return true
    }
  }

  private func read(_ folder: CacheFolder, _ name: String) -> [UInt8]? {
    folder.content("test", key: key(name)).map { content in
      withExtendedLifetime(content.owner) { Array(content.bytes) }
    }
  }

  private func file(_ folder: CacheFolder, _ name: String) -> String {
    "\(folder.path ?? "")/test-\(key(name).hexadecimal.prefix(32))"
  }

  @Test func whatWasWrittenIsRead() throws {
    let temporary = try TemporaryFolder()
    let folder = CacheFolder(path: "\(temporary.path)/cache", logger: TinyTrial.silent)
    #expect(read(folder, "a") == nil)
    #expect(write(folder, "a", [1, 2, 3]))
    #expect(read(folder, "a") == [1, 2, 3])
    #expect(write(folder, "empty", []))
    #expect(read(folder, "empty") == [])
  }

  @Test func withoutAFolderNothingIsKept() {
    let folder = CacheFolder(path: nil, logger: TinyTrial.silent)
    #expect(!write(folder, "a", [1]))
    #expect(read(folder, "a") == nil)
  }

  /// A changed byte anywhere, a cut end, another file's content under this name.
  @Test func damagedAndForeignFilesAreNotRead() throws {
    let temporary = try TemporaryFolder()
    let folder = CacheFolder(path: temporary.path, logger: TinyTrial.silent)
    #expect(write(folder, "a", Array(0..<40)))
    #expect(write(folder, "b", Array(0..<40)))
    let right = try Data(contentsOf: URL(filePath: file(folder, "a")))
    for index in right.indices {
      var wrong = right
      wrong[index] ^= 16
      try wrong.write(to: URL(filePath: file(folder, "a")))
      #expect(read(folder, "a") == nil, "byte \(index)")
    }
    for count in [0, 10, right.count - 1] {
      try right.prefix(count).write(to: URL(filePath: file(folder, "a")))
      #expect(read(folder, "a") == nil, "\(count) bytes")
    }
    try Data(contentsOf: URL(filePath: file(folder, "b")))
      .write(to: URL(filePath: file(folder, "a")))
    #expect(read(folder, "a") == nil)
    #expect(write(folder, "a", [7]))
    #expect(read(folder, "a") == [7])
  }

  @Test func aStoppedWriterLeavesNothing() throws {
    let temporary = try TemporaryFolder()
    let folder = CacheFolder(path: temporary.path, logger: TinyTrial.silent)
    let isWritten = folder.write("test", key: key("a"), length: 4) { take in
      try [UInt8(1)].withUnsafeBytes { try take($0) }
      return false
    }
    #expect(!isWritten)
    #expect(try FileManager.default.contentsOfDirectory(atPath: temporary.path).isEmpty)
  }

  @Test func theFileNotUsedForLongestGoesFirst() throws {
    let temporary = try TemporaryFolder()
    let folder = CacheFolder(path: temporary.path, limit: 1000, logger: TinyTrial.silent)
    for (age, name) in ["old", "older", "new"].enumerated() {
      #expect(write(folder, name, [UInt8](repeating: 1, count: 200)))
      let date = Date(timeIntervalSinceNow: Double(age == 1 ? -900 : -500 + 100 * age))
      try FileManager.default.setAttributes(
        [.modificationDate: date], ofItemAtPath: file(folder, name))
    }
    let held = try #require(folder.content("test", key: key("old")))
    #expect(write(folder, "newest", [UInt8](repeating: 2, count: 400)))
    #expect(read(folder, "older") == nil)
    #expect(read(folder, "newest")?.count == 400)
    #expect(!write(folder, "too large", [UInt8](repeating: 2, count: 1000)))
    #expect(write(folder, "whole", [UInt8](repeating: 2, count: 900)))
    #expect(read(folder, "old") == nil)
    // A process that has a removed file mapped keeps its content.
    withExtendedLifetime(held.owner) { #expect(held.bytes.allSatisfy { $0 == 1 }) }
  }
}
