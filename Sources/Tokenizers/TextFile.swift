internal import Glibc

/// Whole files for the loaders of this module.
enum TextFile {
  static func exists(_ path: String) -> Bool {
    access(path, F_OK) == 0
  }

  static func bytes(of path: String) throws(TokenizerError) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw failure(path) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw failure(path) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw .unreadable(path: path, reason: "it is not a regular file")
    }
    var result = [UInt8](repeating: 0, count: Int(status.st_size))
    var done = 0
    while done < result.count {
      let count = result.withUnsafeMutableBytes { buffer in
        read(descriptor, buffer.baseAddress.map { $0 + done }, buffer.count - done)
      }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw failure(path) }
      if count == 0 { break }
      done += count
    }
    return Array(result.prefix(done))
  }

  private static func failure(_ path: String) -> TokenizerError {
    .unreadable(path: path, reason: String(cString: strerror(errno)))
  }
}
