internal import Foundation
internal import Synchronization

/// Tells a worker that the kernel killed for want of memory from one that somebody killed.
///
/// The control group counts such kills (`oom_kill` in `memory.events`, or in `memory.oom_control`
/// of the older hierarchy). A kill that raised the count since the last question is one of these.
final class OutOfMemoryCounter: Sendable {
  private let file: String?
  private let seen: Mutex<Int>

  init(file: String? = OutOfMemoryCounter.fileOfThisProcess()) {
    self.file = file
    seen = Mutex(file.flatMap(Self.count) ?? 0)
  }

  /// Whether one more kill was counted than questions answered with yes; false where the count
  /// cannot be read.
  func takeOne() -> Bool {
    guard let count = file.flatMap(Self.count) else { return false }
    return seen.withLock { seen in
      guard count > seen else { return false }
      seen += 1
      return true
    }
  }

  static func count(in file: String) -> Int? {
    guard let text = try? String(contentsOfFile: file, encoding: .utf8) else { return nil }
    for line in text.split(separator: "\n") {
      let fields = line.split(separator: " ")
      if fields.count == 2, fields[0] == "oom_kill" { return Int(fields[1]) }
    }
    return nil
  }

  /// The file of the group that this process and its workers live in.
  static func fileOfThisProcess() -> String? {
    guard let text = try? String(contentsOfFile: "/proc/self/cgroup", encoding: .utf8) else {
      return nil
    }
    return candidates(cgroup: text).first { count(in: $0) != nil }
  }

  /// Where the count may stand, by the text of `/proc/self/cgroup`: `0::/path` for the unified
  /// hierarchy, `4:memory:/path` for the older one; inside a container the path may start at `/`.
  static func candidates(cgroup text: String) -> [String] {
    var files: [String] = []
    for line in text.split(separator: "\n") {
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else { continue }
      let path = fields[2] == "/" ? "" : String(fields[2])
      if fields[1].isEmpty {
        for root in ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"] {
          files.append("\(root)\(path)/memory.events")
          files.append("\(root)/memory.events")
        }
      } else if fields[1].split(separator: ",").contains("memory") {
        files.append("/sys/fs/cgroup/memory\(path)/memory.oom_control")
        files.append("/sys/fs/cgroup/memory/memory.oom_control")
      }
    }
    return files
  }
}
