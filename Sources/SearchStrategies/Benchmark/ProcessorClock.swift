import Foundation

/// Processor time of the calling thread, which leaves out what other programs take of the core.
enum ProcessorClock {
  /// In seconds, from an origin that means nothing.
  static var seconds: Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
  }
}
