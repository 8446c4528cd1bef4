internal import Synchronization

/// A wish that one job should stop; it grows from asking to forcing and never shrinks.
public final class StopRequest: Sendable {
  /// How urgent it is.
  enum Level: Int, Sendable {
    case none
    /// Write a checkpoint and go.
    case ask
    /// Go at once.
    case force
  }

  private struct State {
    var level = Level.none
    var observer: (@Sendable (Level) -> Void)?
  }

  private let state = Mutex(State())

  init() {}

  /// Whether the job should write a checkpoint and end.
  public var isRequested: Bool { state.withLock { $0.level != .none } }

  func raise(to level: Level) {
    let observer = state.withLock { state -> (@Sendable (Level) -> Void)? in
      guard level.rawValue > state.level.rawValue else { return nil }
      state.level = level
      return state.observer
    }
    observer?(level)
  }

  /// Calls back at each raise, and at once where one came before.
  func observe(_ observer: @escaping @Sendable (Level) -> Void) {
    let level = state.withLock { state in
      state.observer = observer
      return state.level
    }
    if level != .none { observer(level) }
  }
}
