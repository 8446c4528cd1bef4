internal import Checkpoints
public import Foundation

/// How the controller writes files: durably and whole, or not at all.
///
/// A value, so that tests can make the n-th write fail.
public struct RunFiles: Sendable {
  /// Writes a whole file under its name.
  public var write: @Sendable (Data, String) throws -> Void

  public init(write: @escaping @Sendable (Data, String) throws -> Void) {
    self.write = write
  }

  /// Temporary name, flush, rename, flush of the folder.
  public static let durable = RunFiles { data, path in
    try AtomicFile.write(Array(data), to: path)
  }

  /// Reads and decodes a JSON file.
  ///
  /// - Throws: `RunFileError.damaged` naming the field, or `RunDirectoryError.cannotRead`.
  public static func decode<Value: Decodable>(_: Value.Type, from path: String) throws -> Value {
    let data = try FileTree.read(path)
    do {
      return try JSONDecoder().decode(Value.self, from: data)
    } catch let error as DecodingError {
      throw RunFileError.damaged(path: path, detail: JSONFault(error).description)
    }
  }

  /// The SHA-256 of a file.
  public static func hash(_ path: String) throws -> String {
    try SHA256.hexadecimal(ofFile: path)
  }
}

/// A file of a run does not hold what this program writes there.
public enum RunFileError: Error, Equatable, CustomStringConvertible {
  case damaged(path: String, detail: String)

  public var description: String {
    switch self {
    case .damaged(let path, let detail): "\(path) is damaged: \(detail)."
    }
  }

  public var exitCode: Int32 { 65 }
}
