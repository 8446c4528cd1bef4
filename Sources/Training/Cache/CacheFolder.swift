internal import Checkpoints
internal import Foundation
internal import Logging

/// Files that only save work: each can be made anew, and is when it is missing or damaged.
///
/// A file's name and its last bytes say what it was made from (a hash of all that decides its
/// content), so a file of other data is never read. It is written under a temporary name and
/// renamed, hence complete or not there; its content is checked against its checksum before it is
/// used. Processes share the mapped pages. A folder that grows beyond its limit loses the files that
/// have not been used for longest; a process that has one of them mapped keeps it.
struct CacheFolder: Sendable {
  /// nil keeps nothing on the disk.
  let path: String?
  /// Bytes that the files of the folder may have together.
  let limit: Int
  let logger: Logger

  /// 8 GiB: the states of some ten data sets of the size of GLUE's small tasks at width 768.
  static let defaultLimit = 8 << 30

  init(path: String?, limit: Int = CacheFolder.defaultLimit, logger: Logger) {
    self.path = path
    self.limit = limit
    self.logger = logger
  }

  /// What stands behind the content of every file: magic, length, key and checksum.
  private enum Seal {
    static let magic: UInt64 = 0x3148_4341_4346_5041
    static let count = 10 * MemoryLayout<UInt64>.size

    static func words(length: Int, key: ContentHash, content: ContentHash) -> [UInt64] {
      [magic, UInt64(length)] + key.value + content.value
    }
  }

  /// The content of a file that is there and right; nil otherwise, with a line in the log where it
  /// is there and wrong.
  func content(_ kind: String, key: ContentHash) -> CachedBytes? {
    guard let file = file(kind, key), FileManager.default.fileExists(atPath: file) else {
      return nil
    }
    do {
      let mapped = try MappedFile(path: file)
      let length = mapped.size - Seal.count
      guard length >= 0 else { return damaged(file, "it is too short") }
      let content = UnsafeRawBufferPointer(rebasing: mapped.bytes[..<length])
      var hash = ContentHash()
      hash.add(content)
      let seal = (0..<10).map {
        mapped.bytes.loadUnaligned(fromByteOffset: length + 8 * $0, as: UInt64.self)
      }
      guard seal == Seal.words(length: length, key: key, content: hash) else {
        return damaged(file, "its checksum or its origin is another one")
      }
      touch(file)
      return CachedBytes(bytes: content, owner: mapped)
    } catch {
      return damaged(file, "\(error)")
    }
  }

  /// Writes a file; false, with a line in the log, where the disk does not take it, or where
  /// `produce` stops.
  ///
  /// - Parameters:
  ///   - length: the bytes that `produce` will write.
  ///   - produce: hands its bytes over in pieces; false leaves nothing behind.
  func write(
    _ kind: String, key: ContentHash, length: Int,
    produce: ((UnsafeRawBufferPointer) throws -> Void) throws -> Bool
  ) -> Bool {
    guard let file = file(kind, key), let path, length + Seal.count <= limit else { return false }
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      try makeRoom(for: length + Seal.count, in: path)
      var output = try AtomicFile(path: file)
      var hash = ContentHash()
      var written = 0
      let isComplete = try produce { bytes in
        try output.write(bytes)
        hash.add(bytes)
        written += bytes.count
      }
      guard isComplete else { return false }
      precondition(written == length, "CacheFolder.write: \(written) bytes instead of \(length)")
      let seal = Seal.words(length: length, key: key, content: hash)
      try seal.withUnsafeBytes { try output.write($0) }
      try output.commit()
      return true
    } catch {
      logger.warning("cache: \(file) is not kept, the work is done in memory: \(error)")
      return false
    }
  }

  private func file(_ kind: String, _ key: ContentHash) -> String? {
    path.map { "\($0)/\(kind)-\(key.hexadecimal.prefix(32))" }
  }

  private func damaged(_ file: String, _ reason: String) -> CachedBytes? {
    logger.warning("cache: \(file) is made anew: \(reason)")
    return nil
  }

  /// Marks a file as used now; its age is only a hint, so a failure changes nothing.
  private func touch(_ file: String) {
    do {
      try FileManager.default.setAttributes([.modificationDate: Date()], ofItemAtPath: file)
    } catch {
      logger.debug("cache: cannot mark \(file) as used: \(error)")
    }
  }

  /// Removes the files that have not been used for longest until there is room.
  private func makeRoom(for needed: Int, in path: String) throws {
    var files: [(path: String, bytes: Int, used: Date)] = []
    for name in try FileManager.default.contentsOfDirectory(atPath: path)
    where !AtomicFile.isTemporary(name: name) {
      let file = "\(path)/\(name)"
      // A file that another worker has just removed needs no room.
      guard let facts = try? FileManager.default.attributesOfItem(atPath: file),
        let bytes = facts[.size] as? Int, let used = facts[.modificationDate] as? Date
      else { continue }
      files.append((file, bytes, used))
    }
    var total = files.reduce(0) { $0 + $1.bytes }
    for file in files.sorted(by: { ($0.used, $0.path) < ($1.used, $1.path) })
    where total + needed > limit {
      unlink(file.path)
      logger.info("cache: removed \(file.path) to make room")
      total -= file.bytes
    }
  }
}

/// The content of a file of a cache, mapped into memory.
struct CachedBytes {
  /// Valid while the owner lives.
  let bytes: UnsafeRawBufferPointer
  let owner: AnyObject
}
