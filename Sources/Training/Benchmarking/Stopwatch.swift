internal import Foundation

/// Adds up wall time, processor time and the operations done in them.
struct Stopwatch {
  /// Wall time in seconds.
  private(set) var seconds = 0.0
  /// Time of all threads of this process on a processor, in seconds.
  private(set) var processorSeconds = 0.0
  private(set) var operations = 0.0

  /// Operations per second of wall time.
  var rate: Double { operations / seconds }
  /// Operations per second of processor time.
  var processorRate: Double { operations / processorSeconds }

  /// Runs a piece of work and adds what it took.
  mutating func measure(operations count: Double, _ work: () throws -> Void) rethrows {
    let began = ContinuousClock().now
    let processorBegan = clock()
    try work()
    let parts = (ContinuousClock().now - began).components
    seconds += Double(parts.seconds) + Double(parts.attoseconds) * 1e-18
    processorSeconds += Double(clock() - processorBegan) / Double(CLOCKS_PER_SEC)
    operations += count
  }
}
