internal import Dispatch
internal import Glibc

/// The worker's side of the lifeline: notices that the controller died.
///
/// A `LocalExecutor` holds the other end of the worker's standard input. End of file there means
/// that nobody collects this worker's result any more; a new controller will start its trial again
/// from the newest checkpoint, and must not find this worker still at it.
public enum ControllerWatch {
  /// Calls back once, on a thread of its own, when standard input reaches its end.
  ///
  /// Nothing happens where standard input is no pipe (a worker started by hand).
  /// - Parameter onLoss: by default ends the process on the spot, without clean-up that could
  ///   wait for threads in the middle of their work; every file is whole at any moment.
  public static func start(_ onLoss: @escaping @Sendable () -> Void = endProcess) {
    guard isPipe(STDIN_FILENO) else { return }
    DispatchQueue(label: "controller-watch").async {
      waitForEnd(of: STDIN_FILENO)
      onLoss()
    }
  }

  /// Ends this process with the code of a worker that has a checkpoint.
  @Sendable public static func endProcess() {
    _exit(JobOutcome.stoppedWithCheckpoint)
  }

  static func isPipe(_ descriptor: Int32) -> Bool {
    var facts = stat()
    return fstat(descriptor, &facts) == 0 && facts.st_mode & S_IFMT == S_IFIFO
  }

  /// Reads and drops until the end of the file.
  static func waitForEnd(of descriptor: Int32) {
    var byte: UInt8 = 0
    while true {
      let count = read(descriptor, &byte, 1)
      if count == 0 { return }
      if count < 0 && errno != EINTR { return }
    }
  }
}
