internal import CAllocationCount
internal import TensorCore

/// Training steps with their time, stages, work and heap allocations.
struct StepMeasurement {
  private let trainer: Trainer
  private(set) var watch = Stopwatch()
  let clock = StageClock()
  private(set) var count = 0
  private(set) var examples = 0
  private(set) var tokens = 0
  /// Steady steps and the allocations in them: a step is steady when its tokens and its pairs of
  /// tokens within sequences are no more than those of a step before.
  private var steady = (steps: 0, allocations: 0)
  private var largest = (tokens: 0, pairs: 0)

  init(_ trainer: Trainer) {
    self.trainer = trainer
  }

  /// Mean allocations of a steady step; nil where none was steady or nothing is counted.
  var allocationsPerStep: Double? {
    steady.steps > 0 && ac_thread_allocations() >= 0
      ? Double(steady.allocations) / Double(steady.steps) : nil
  }

  /// Takes one step; its loss.
  @discardableResult
  mutating func measure(
    _ step: (Trainer) throws -> Double = { try $0.step() }
  ) throws -> Double {
    if trainer.isEpochTrained { _ = try trainer.closeEpoch(shouldStop: { false }) }
    let lengths = trainer.nextLengths()
    let work = trainer.model.stepWork(
      lengths: lengths, readsFrozenStates: trainer.readsFrozenStates)
    var loss = 0.0
    let (trainer, clock) = (trainer, clock)
    trainer.clock = clock
    defer { trainer.clock = nil }
    let before = ac_thread_allocations()
    var after = before
    try watch.measure(operations: work.operations) {
      clock.start()
      loss = try step(trainer)
      after = ac_thread_allocations()
    }
    count += 1
    examples += lengths.count
    tokens += lengths.reduce(0, +)
    add(allocations: Int(after - before), lengths)
    return loss
  }

  private mutating func add(allocations: Int, _ lengths: [Int]) {
    let size = (tokens: lengths.reduce(0, +), pairs: lengths.reduce(0) { $0 + $1 * $1 })
    if size.tokens <= largest.tokens && size.pairs <= largest.pairs {
      steady.steps += 1
      steady.allocations += allocations
    }
    largest = (max(largest.tokens, size.tokens), max(largest.pairs, size.pairs))
  }
}
