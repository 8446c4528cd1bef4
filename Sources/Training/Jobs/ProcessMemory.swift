internal import Foundation

/// What the operating system says of this process.
enum ProcessMemory {
  /// The largest resident memory so far, in bytes.
  static var peakBytes: Int {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    // Linux counts in kibibytes.
    return usage.ru_maxrss * 1024
  }
}
