import Foundation

/// A folder of a test's own, removed when the test is through with it.
public enum TemporaryFolder {
  /// Calls `body` with the path of a new empty folder.
  public static func with<Result>(_ body: (String) throws -> Result) throws -> Result {
    let url = FileManager.default.temporaryDirectory
      .appending(path: "autopeft-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(at: url) }
    return try body(url.path)
  }
}
