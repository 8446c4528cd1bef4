internal import Foundation

/// What a process uses of the machine's memory, from `/proc/PID/status`.
struct ProcessMemory: Equatable {
  /// Pages that nobody else could use: anonymous and shared-memory ones.
  var privateBytes: Int
  /// The largest resident size so far, mapped files included.
  var peakBytes: Int

  /// Asks the kernel; nil for a process that is gone.
  init?(of pid: Int32) {
    guard let text = try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8) else {
      return nil
    }
    self.init(status: text)
  }

  /// Reads the text of a `status` file; nil where it has no memory lines (a zombie).
  init?(status text: String) {
    var kilobytes: [Substring: Int] = [:]
    for line in text.split(separator: "\n") {
      let fields = line.split(whereSeparator: { $0 == ":" || $0 == "\t" || $0 == " " })
      if fields.count == 3, fields[2] == "kB" { kilobytes[fields[0]] = Int(fields[1]) }
    }
    guard let peak = kilobytes["VmHWM"], let resident = kilobytes["VmRSS"] else { return nil }
    peakBytes = peak * 1024
    if let anonymous = kilobytes["RssAnon"] {
      privateBytes = (anonymous + (kilobytes["RssShmem"] ?? 0)) * 1024
    } else {
      privateBytes = resident * 1024
    }
  }
}
