import Glibc
import SystemPackage

/// A whole file mapped into memory for reading; the mapping lives as long as the object.
///
/// Pages are shared by all processes that map the same file, and are read when they are touched.
/// A file must not be shortened while it is mapped; the writers of this project never do so, since
/// they replace files by renaming.
public final class MappedFile: Sendable {
  public let path: String
  /// The size in bytes when the file was opened.
  public let size: Int
  private let address: UInt

  /// Maps a regular file; an empty one is allowed.
  public init(path: String) throws(FileError) {
    let descriptor: FileDescriptor
    do {
      // A pipe without a writer must not block the open.
      descriptor = try FileDescriptor.open(
        FilePath(path), .readOnly, options: [.closeOnExec, .nonBlocking])
    } catch {
      throw FileError(.open, path: path, errno: error as? Errno ?? .ioError)
    }
    defer { try? descriptor.close() }
    var status = stat()
    guard fstat(descriptor.rawValue, &status) == 0 else {
      throw FileError(.read, path: path, errno: Errno(rawValue: errno))
    }
    guard status.st_mode & S_IFMT != S_IFDIR else { throw .isFolder(path: path) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .notRegular(path: path) }
    self.path = path
    size = Int(status.st_size)
    if size == 0 {
      address = 0
      return
    }
    guard let start = mmap(nil, size, PROT_READ, MAP_SHARED, descriptor.rawValue, 0),
      start != MAP_FAILED
    else { throw FileError(.map, path: path, errno: Errno(rawValue: errno)) }
    address = UInt(bitPattern: start)
  }

  deinit {
    if let start = UnsafeMutableRawPointer(bitPattern: address) { munmap(start, size) }
  }

  /// The bytes; valid while the object lives.
  public var bytes: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: UnsafeRawPointer(bitPattern: address), count: size)
  }
}

extension MappedFile {
  /// All bytes of a file, copied.
  public static func contents(of path: String) throws(FileError) -> [UInt8] {
    let file = try MappedFile(path: path)
    return withExtendedLifetime(file) { [UInt8](file.bytes) }
  }
}
