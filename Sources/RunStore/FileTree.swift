internal import Checkpoints
internal import Foundation
internal import Glibc

/// The few file-system operations that a run needs, each with a typed error.
enum FileTree {
  static func exists(_ path: String) -> Bool {
    access(path, F_OK) == 0
  }

  static func isDirectory(_ path: String) -> Bool {
    var facts = stat()
    return stat(path, &facts) == 0 && facts.st_mode & S_IFMT == S_IFDIR
  }

  /// Makes one folder that must not exist.
  static func makeDirectory(_ path: String) throws {
    guard mkdir(path, 0o777) == 0 else {
      throw RunDirectoryError.cannotCreate(path: path, reason: errnoText())
    }
  }

  /// Makes a folder and its missing parents.
  static func makeDirectories(_ path: String) throws {
    if isDirectory(path) { return }
    let parent = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
    if !parent.isEmpty { try makeDirectories(parent) }
    guard mkdir(path, 0o777) == 0 || errno == EEXIST && isDirectory(path) else {
      throw RunDirectoryError.cannotCreate(path: path, reason: errnoText())
    }
  }

  /// Makes a folder's entries durable.
  static func synchronize(folder: String) throws {
    try AtomicFile.flush(folder: folder)
  }

  /// Gives a finished file its name, durably.
  static func rename(_ path: String, to name: String) throws {
    let file = Glibc.open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0, fsync(file) == 0 else {
      throw RunDirectoryError.cannotWrite(path: path, reason: errnoText())
    }
    close(file)
    guard Glibc.rename(path, name) == 0 else {
      throw RunDirectoryError.cannotWrite(path: name, reason: errnoText())
    }
    try synchronize(folder: name.lastIndex(of: "/").map { String(name[..<$0]) } ?? ".")
  }

  static func names(in folder: String) throws -> [String] {
    guard let stream = opendir(folder) else {
      throw RunDirectoryError.cannotRead(path: folder, reason: errnoText())
    }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names
  }

  static func read(_ path: String) throws -> Data {
    do {
      return try Data(contentsOf: URL(filePath: path))
    } catch {
      let reason = errnoReason(of: error) ?? "\(error)"
      throw RunDirectoryError.cannotRead(path: path, reason: reason)
    }
  }

  /// Removes a file or a folder with all that it holds; nothing there is no error.
  static func remove(_ path: String) throws {
    guard exists(path) else { return }
    do {
      try FileManager.default.removeItem(atPath: path)
    } catch {
      let reason = errnoReason(of: error) ?? "\(error)"
      throw RunDirectoryError.cannotWrite(path: path, reason: reason)
    }
  }

  /// Removes on the way out of an error, whose own reason matters more.
  static func removeQuietly(_ path: String) {
    _ = try? FileManager.default.removeItem(atPath: path)
  }

  /// Bytes that a file or folder occupies on disk; 0 where nothing is.
  static func occupiedBytes(_ path: String) -> Int {
    var facts = stat()
    guard lstat(path, &facts) == 0 else { return 0 }
    let own = Int(facts.st_blocks) * 512
    guard facts.st_mode & S_IFMT == S_IFDIR else { return own }
    let names = (try? names(in: path)) ?? []
    return names.reduce(own) { $0 + occupiedBytes(path + "/" + $1) }
  }

  private static func errnoReason(of error: any Error) -> String? {
    let failure = error as NSError
    if failure.domain == NSPOSIXErrorDomain { return errnoText(Int32(failure.code)) }
    guard let cause = failure.userInfo[NSUnderlyingErrorKey] as? any Error else {
      return (error as? CocoaError)?.code == .fileReadNoSuchFile ? errnoText(ENOENT) : nil
    }
    return errnoReason(of: cause)
  }
}

/// The system's words for an error number, in lower case.
func errnoText(_ code: Int32 = errno) -> String {
  let words = String(cString: strerror(code))
  return words.prefix(1).lowercased() + words.dropFirst()
}
