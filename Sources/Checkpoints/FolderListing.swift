internal import Glibc
internal import SystemPackage

/// What stands in a folder.
enum FolderListing {
  /// Whether there is anything under this path.
  static func exists(_ path: String) -> Bool {
    access(path, F_OK) == 0
  }

  /// The names in a folder, sorted.
  static func names(in folder: String) throws(FileError) -> [String] {
    guard let stream = opendir(folder) else {
      throw FileError(.list, path: folder, errno: Errno(rawValue: errno))
    }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted()
  }
}
