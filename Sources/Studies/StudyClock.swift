internal import SearchSpaces

/// The order of a study's proposals and results, which no worker's speed can change.
///
/// Two counts advance in a fixed way: p proposals have been made, r results count (those of trials
/// 1 … r, in this order). Proposal n = p + 1 is due as soon as r ≥ n − W, and sees exactly the
/// results of trials ≤ n − W, however many more are known. Whatever is due is proposed before the
/// next result counts, so the sequence is: W proposals, result 1, proposal W + 1, result 2, …
///
/// A strategy that has nothing to say to this view is asked again with the next result, until it
/// sees them all; then the space is exhausted.
struct StudyClock: Equatable {
  /// W ≥ 1.
  let window: Int
  /// Trials that the budget allows.
  var limit: Int
  /// p.
  var proposed: Int
  /// r ≤ p.
  var recorded: Int
  var isExhausted: Bool
  /// The latest view to which the strategy had nothing to say for proposal p + 1.
  private var emptyView: Int?

  init(window: Int, limit: Int, proposed: Int, recorded: Int, isExhausted: Bool) {
    self.window = window
    self.limit = limit
    self.proposed = proposed
    self.recorded = recorded
    self.isExhausted = isExhausted
  }

  /// The number of results that the next proposal sees; nil where none is due.
  var dueView: Int? {
    guard !isExhausted, proposed < limit else { return nil }
    let first = max(0, proposed + 1 - window)
    let view = emptyView.map { max(first, $0 + 1) } ?? first
    return view <= recorded ? view : nil
  }

  /// Whether all that the budget allows is proposed and counts.
  var isDone: Bool { recorded == proposed && (isExhausted || proposed >= limit) }

  mutating func notePropose() {
    proposed += 1
    emptyView = nil
  }

  /// - Returns: whether the strategy has seen everything, so that the space is exhausted.
  mutating func noteEmpty(view: Int) -> Bool {
    emptyView = view
    isExhausted = view == proposed
    return isExhausted
  }

  mutating func noteRecord() {
    recorded += 1
  }

  /// What a strategy may see: results up to the view, everything later as running.
  static func history(_ trials: [Trial], view: Int) -> [Trial] {
    trials.enumerated().map { index, trial in
      guard index >= view else { return trial }
      var pending = trial
      pending.state = .running
      pending.score = nil
      pending.failure = nil
      return pending
    }
  }
}
