import Foundation

/// Standard output for data, standard error for what is said about it.
enum Console {
  /// Prints data.
  static func output(_ text: String, terminator: String = "\n") {
    FileHandle.standardOutput.write(Data((text + terminator).utf8))
  }

  /// Prints progress, logs and advice.
  static func note(_ text: String) {
    FileHandle.standardError.write(Data((text + "\n").utf8))
  }

  /// Whether standard error is a terminal, where a line may be drawn over.
  static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }
}
