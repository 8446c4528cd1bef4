/// When a warm-up adapts what.
///
/// The step size adapts throughout. The metric is estimated in windows that double in length, after a
/// first stretch in which the chain finds the bulk and before a last one that settles the step size:
/// 75, 25 · 2ᵏ and 50 iterations; 15 %, 75 % and 10 % of shorter warm-ups.
///
/// Reference: Stan reference manual, "Automatic parameter tuning".
struct WarmUpSchedule: Sendable, Equatable {
  /// The iterations after which the metric is replaced, ascending; draws since the one before (or
  /// since `start`) are used.
  let ends: [Int]
  /// The first iteration whose draw counts for the metric.
  let start: Int

  init(iterations: Int) {
    guard iterations >= 20 else {
      ends = []
      start = iterations
      return
    }
    var (first, last, window) = (75, 50, 25)
    if first + last + window > iterations {
      first = iterations * 15 / 100
      last = iterations / 10
      window = iterations - first - last
    }
    start = first
    var ends: [Int] = []
    var end = first
    while end < iterations - last {
      // A window that would leave too little for its double takes the rest.
      let next = end + window
      end = next + 2 * window > iterations - last ? iterations - last : next
      ends.append(end)
      window *= 2
    }
    self.ends = ends
  }
}
