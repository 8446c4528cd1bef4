import SystemPackage

/// Why a file could not be read or written.
public enum FileError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What was being done, as a verb for the message.
  public enum Operation: String, Sendable {
    case open
    case read
    case map
    case create
    case write
    case flush = "flush to disk"
    case rename
    case list
  }

  case notFound(path: String)
  /// The folder that a file should be written into does not exist.
  case missingFolder(folder: String, file: String)
  case isFolder(path: String)
  case notRegular(path: String)
  case permissionDenied(Operation, path: String)
  /// The disk or the quota is full, or the file may not grow further.
  case diskFull(Operation, path: String)
  /// Any other error of the system, with its number and its own words.
  case system(Operation, path: String, number: Int32, words: String)

  init(_ operation: Operation, path: String, errno: Errno) {
    switch errno {
    case .noSuchFileOrDirectory: self = .notFound(path: path)
    case .isDirectory: self = .isFolder(path: path)
    case .permissionDenied, .notPermitted, .readOnlyFileSystem:
      self = .permissionDenied(operation, path: path)
    case .noSpace, .diskQuotaExceeded, .fileTooLarge:
      self = .diskFull(operation, path: path)
    default:
      self = .system(
        operation, path: path, number: errno.rawValue, words: String(describing: errno))
    }
  }

  public var description: String {
    switch self {
    case .notFound(let path):
      return "\(path): there is no such file. Check the path."
    case .missingFolder(let folder, let file):
      return "\(file): the folder '\(folder)' does not exist. Create it first."
    case .isFolder(let path):
      return "\(path): expected a file, got a folder."
    case .notRegular(let path):
      return "\(path): expected a regular file, got a device, a pipe or a socket."
    case .permissionDenied(let operation, let path):
      return "\(path): no permission to \(operation.rawValue). "
        + "Check the owner and the mode of the file and of its folder."
    case .diskFull(let operation, let path):
      return "\(path): cannot \(operation.rawValue), the disk or the quota is full. "
        + "Free some space; what stood there before is unchanged."
    case .system(let operation, let path, let number, let words):
      return "\(path): cannot \(operation.rawValue): \(words) (error \(number))."
    }
  }
}
