public import Foundation

/// Where tests find their files: committed fixtures, and the real data sets where they exist.
public enum Fixtures {
  /// The root of the package, from this file's own place in it.
  public static let packageRoot = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// A committed fixture below `Tests/Fixtures`.
  public static func url(_ path: String) -> URL {
    packageRoot.appending(path: "Tests/Fixtures").appending(path: path)
  }

  /// A file of the real data sets that stand beside a checkout; nil where they do not.
  ///
  /// Tests that need one are skipped, and counted as skipped, without it.
  public static func sharedData(_ path: String) -> URL? {
    let url = packageRoot.appending(path: "../shared/data").appending(path: path)
      .standardizedFileURL
    return FileManager.default.fileExists(atPath: url.path) ? url : nil
  }
}
