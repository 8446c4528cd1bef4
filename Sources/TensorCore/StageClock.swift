internal import Glibc

/// The parts of a training step whose time is told apart.
public enum WorkStage: Int, CaseIterable, Sendable {
  /// Matrix products outside attention.
  case products
  /// Attention within sequences: its small products, softmax and dropout.
  case attention
  /// Activations, norms, residual sums, dropout, embeddings, the loss.
  case elementwise
  /// What lies between ops: the tape, adapters' own code.
  case bookkeeping
  /// Choosing and packing batches.
  case data
  /// Zeroing, clipping and the step of the optimizer.
  case optimizer
}

/// Adds up the time of each stage of training steps.
///
/// It is read once an op and never inside a loop over elements: some hundred readings of about
/// 25 ns in a step. Time passes on for the stage that is named when it ends.
public final class StageClock {
  private let totals: UnsafeMutableBufferPointer<UInt64>
  private var last: UInt64 = 0
  /// Whether an op has begun that nobody has ended.
  private var isOperationOpen = false

  public init() {
    totals = .allocate(capacity: WorkStage.allCases.count)
    totals.initialize(repeating: 0)
    start()
  }

  deinit { totals.deallocate() }

  /// Begins to measure here: what lies before belongs to no stage.
  public func start() {
    last = Self.now()
    isOperationOpen = false
  }

  /// Adds the time since the last reading to a stage.
  public func lap(_ stage: WorkStage) {
    let now = Self.now()
    totals[stage.rawValue] += now - last
    last = now
    isOperationOpen = false
  }

  /// An op begins; one that did not say what it was has been elementwise work.
  func beginOperation() {
    lap(isOperationOpen ? .elementwise : .bookkeeping)
    isOperationOpen = true
  }

  /// The time of a stage in seconds.
  public func seconds(_ stage: WorkStage) -> Double { Double(totals[stage.rawValue]) * 1e-9 }

  /// The time of all stages in seconds.
  public var seconds: Double { WorkStage.allCases.reduce(0) { $0 + seconds($1) } }

  private static func now() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
  }
}
