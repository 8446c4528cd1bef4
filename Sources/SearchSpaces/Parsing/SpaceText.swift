public import Foundation

/// Reads space and configuration files from disk.
public enum SpaceText {
  /// The largest file that is read: 256 KiB, some hundred times the shipped ones.
  public static let sizeLimit = 262_144

  /// The text of a file, shown as `name` in messages.
  ///
  /// - Throws: `SpaceError.unreadable`, `.tooLarge` or `.notUTF8`.
  public static func read(_ url: URL, name: String) throws(SpaceError) -> String {
    let data: Data
    do {
      let values = try url.resourceValues(forKeys: [.isDirectoryKey, .fileSizeKey])
      if values.isDirectory == true {
        throw SpaceError.unreadable(file: name, reason: "it is a directory")
      }
      if let bytes = values.fileSize, bytes > sizeLimit {
        throw SpaceError.tooLarge(file: name, bytes: bytes, limit: sizeLimit)
      }
      let handle = try FileHandle(forReadingFrom: url)
      defer { handle.closeFile() }
      data = try handle.read(upToCount: sizeLimit + 1) ?? Data()
    } catch let error as SpaceError {
      throw error
    } catch {
      throw .unreadable(file: name, reason: reason(error))
    }
    return try decoded(data, name: name)
  }

  /// The text in bytes that came from a file.
  public static func decoded(_ data: Data, name: String) throws(SpaceError) -> String {
    guard data.count <= sizeLimit else {
      throw .tooLarge(file: name, bytes: data.count, limit: sizeLimit)
    }
    var bytes = data
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes = Data(bytes.dropFirst(3)) }
    if let text = String(validating: bytes, as: UTF8.self) { return text }
    throw .notUTF8(file: name, offset: firstInvalidOffset(in: [UInt8](data)))
  }

  private static func firstInvalidOffset(in bytes: [UInt8]) -> Int {
    var low = 0
    var high = bytes.count
    // The longest prefix that is valid up to a cut character.
    while low < high {
      let middle = (low + high + 1) / 2
      let isValid = (0..<4).contains { cut in
        middle >= cut && String(validating: bytes[..<(middle - cut)], as: UTF8.self) != nil
      }
      if isValid { low = middle } else { high = middle - 1 }
    }
    var valid = low
    while valid > 0, String(validating: bytes[..<valid], as: UTF8.self) == nil { valid -= 1 }
    return valid
  }

  private static func reason(_ error: any Error) -> String {
    let code = (error as? CocoaError)?.code
    switch code {
    case .fileReadNoSuchFile?, .fileNoSuchFile?: return "there is no such file"
    case .fileReadNoPermission?: return "permission denied"
    default: return "\(error.localizedDescription)"
    }
  }
}
