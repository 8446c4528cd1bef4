internal import Foundation

/// The end of a log file.
public enum LogTail {
  /// The last lines, as text; empty where the file cannot be read.
  ///
  /// - Parameters:
  ///   - lines: at most so many whole lines.
  ///   - bytes: at most so many bytes, so that one endless line does no harm.
  public static func read(_ path: String, lines: Int = 20, bytes: Int = 4096) -> String {
    guard let file = FileHandle(forReadingAtPath: path) else { return "" }
    defer { try? file.close() }
    guard let end = try? file.seekToEnd() else { return "" }
    let start = end > UInt64(bytes) ? end - UInt64(bytes) : 0
    guard (try? file.seek(toOffset: start)) != nil, let data = try? file.readToEnd() else {
      return ""
    }
    var text = String(decoding: data, as: UTF8.self)
    if start > 0, let firstBreak = text.firstIndex(of: "\n"), text.last != nil {
      let rest = text[text.index(after: firstBreak)...]
      if !rest.isEmpty { text = String(rest) }
    }
    while text.hasSuffix("\n") { text.removeLast() }
    return text.split(separator: "\n", omittingEmptySubsequences: false).suffix(lines)
      .joined(separator: "\n")
  }
}
