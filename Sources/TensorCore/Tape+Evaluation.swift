extension Tape {
  /// Runs a computation without gradients on a tape that lives until the body returns.
  ///
  /// Tensors are views of their tape's memory and do not keep it alive, so what is read from them
  /// must be read inside the body.
  public static func evaluate<Result>(_ body: (Tape) throws -> Result) rethrows -> Result {
    let tape = Tape(recording: false)
    return try withExtendedLifetime(tape) { try body(tape) }
  }
}
