import Glibc
import Synchronization
import SystemPackage

/// A file that appears under its name complete and durable, or not at all.
///
/// Bytes go to a temporary name in the same folder; `commit()` flushes them to disk, renames the
/// file, and flushes the folder. Whoever opens the name sees the old content or the whole new one,
/// also after a crash or a power cut. A file that is not committed is removed when it goes out of
/// scope; one that a killed process left behind is recognised by `isTemporary(name:)`.
///
/// After an error of a flush nothing is tried again: the kernel may already have dropped the pages.
public struct AtomicFile: ~Copyable {
  private enum State {
    case writing
    case renamed
    case closed
  }

  public let path: String
  private let folder: String
  private let temporary: String
  private let descriptor: FileDescriptor
  private var state = State.writing

  private static let counter = Atomic<Int>(0)

  /// Starts a file; nothing is visible under its name yet.
  ///
  /// - Throws: `FileError.missingFolder` where the folder does not exist; it is not created.
  public init(path: String) throws(FileError) {
    let target = FilePath(path)
    guard let name = target.lastComponent, !Self.isFolder(path) else {
      throw .isFolder(path: path)
    }
    let parent = target.removingLastComponent()
    let folder = parent.isEmpty ? "." : parent.string
    guard Self.isFolder(folder) else { throw .missingFolder(folder: folder, file: path) }
    let unnamed = try Self.create(in: parent, for: name.string, path: path)
    self.path = path
    self.folder = folder
    temporary = unnamed.temporary
    descriptor = unnamed.descriptor
  }

  deinit {
    guard state != .closed else { return }
    try? descriptor.close()
    if state == .writing { unlink(temporary) }
  }

  /// Appends bytes.
  public mutating func write(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
    try Self.write(bytes, to: descriptor, path: path)
  }

  /// Appends the UTF-8 bytes of a text.
  public mutating func write(_ text: String) throws(FileError) {
    try write(Array(text.utf8))
  }

  /// Appends bytes.
  public mutating func write(_ bytes: [UInt8]) throws(FileError) {
    var failure: FileError?
    bytes.withUnsafeBytes { buffer in
      do throws(FileError) {
        try Self.write(buffer, to: descriptor, path: path)
      } catch { failure = error }
    }
    if let failure { throw failure }
  }

  /// Makes the file durable under its name, replacing what stood there.
  public consuming func commit() throws(FileError) {
    guard fsync(descriptor.rawValue) == 0 else {
      throw FileError(.flush, path: path, errno: Errno(rawValue: errno))
    }
    guard rename(temporary, path) == 0 else {
      throw FileError(.rename, path: path, errno: Errno(rawValue: errno))
    }
    state = .renamed
    do { try descriptor.close() } catch {
      state = .closed
      throw FileError(.write, path: path, errno: error as? Errno ?? .ioError)
    }
    state = .closed
    try Self.flush(folder: folder)
  }

  /// Whether a name is that of an unfinished file, which a killed process may have left behind.
  public static func isTemporary(name: String) -> Bool {
    name.hasPrefix(".") && name.contains(".partial-")
  }
}

extension AtomicFile {
  /// Writes a whole file durably.
  public static func write(_ bytes: [UInt8], to path: String) throws(FileError) {
    var file = try AtomicFile(path: path)
    try file.write(bytes)
    try file.commit()
  }

  /// Writes a text as a whole file durably, in UTF-8.
  public static func write(_ text: String, to path: String) throws(FileError) {
    try write(Array(text.utf8), to: path)
  }

  /// Makes the names in a folder durable: new, renamed and removed ones.
  public static func flush(folder: String) throws(FileError) {
    let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw FileError(.open, path: folder, errno: Errno(rawValue: errno))
    }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else {
      throw FileError(.flush, path: folder, errno: Errno(rawValue: errno))
    }
  }

  static func write(
    _ bytes: UnsafeRawBufferPointer, to descriptor: FileDescriptor, path: String
  ) throws(FileError) {
    do { try descriptor.writeAll(bytes) } catch {
      throw FileError(.write, path: path, errno: error as? Errno ?? .ioError)
    }
  }

  static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// Opens a new file with a name that no other process and no other thread uses.
  private static func create(
    in parent: FilePath, for name: String, path: String
  ) throws(FileError) -> (temporary: String, descriptor: FileDescriptor) {
    while true {
      let number = counter.add(1, ordering: .relaxed).newValue
      let temporary = parent.appending(".\(name).partial-\(getpid())-\(number)")
      do {
        let descriptor = try FileDescriptor.open(
          temporary, .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec],
          permissions: [.ownerReadWrite, .groupReadWrite, .otherReadWrite])
        return (temporary.string, descriptor)
      } catch {
        // A file left behind by a killed process with the same number: take the next name.
        if error as? Errno == .fileExists { continue }
        throw FileError(.create, path: path, errno: error as? Errno ?? .ioError)
      }
    }
  }
}
