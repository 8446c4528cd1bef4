import Executors
import Foundation
import Glibc
import Testing

/// What a job in these tests does, in a form that every executor can be given.
enum Script: Sendable {
  /// Prints lines and ends with a code.
  case end(code: Int32, lines: [String])
  /// Works until it is asked to stop, then ends with 75.
  case untilStopped
  /// Prints a line to a file of its own each time it runs, then ends well.
  case mark(file: String)

  /// As a shell command; an ended `sleep` lets the shell see the signal at once.
  var shell: String {
    switch self {
    case .end(let code, let lines):
      lines.map { "echo '\($0)'" }.joined(separator: "; ")
        + (lines.isEmpty ? "" : "; ") + "exit \(code)"
    case .untilStopped: "trap 'exit 75' TERM; while :; do sleep 100 & wait; done"
    case .mark(let file): "echo run >> '\(file)'"
    }
  }

  /// Inside the test's process.
  func run(_ job: Job, _ request: StopRequest) throws -> Int32 {
    switch self {
    case .end(let code, let lines):
      try append(lines.map { $0 + "\n" }.joined(), to: job.log)
      return code
    case .untilStopped:
      while !request.isRequested { usleep(1_000) }
      return 75
    case .mark(let file):
      try append("run\n", to: file)
      return 0
    }
  }

  private func append(_ text: String, to path: String) throws {
    let old = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    try (old + text).write(toFile: path, atomically: true, encoding: .utf8)
  }
}

/// A folder for one test, and jobs in it.
final class JobFolder: Sendable {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "/jobs-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func job(_ id: Int, _ shell: String = ":", limits: JobLimits = JobLimits()) -> Job {
    Job(id: id, arguments: ["-c", shell], log: "\(path)/\(id).txt", limits: limits)
  }

  func text(_ name: String) -> String {
    (try? String(contentsOfFile: path + "/" + name, encoding: .utf8)) ?? ""
  }

  /// An executor of a registered kind that runs one script for all its jobs.
  static func executor(_ name: String, _ script: Script) throws -> any Executor {
    switch name {
    case InlineExecutor.name: InlineExecutor(slots: 4) { try script.run($0, $1) }
    case LocalExecutor.name: local()
    default: throw ExecutorError.unknownName(name, known: ExecutorRegistry.names)
    }
  }

  static func local(
    grace: Duration = .seconds(10), takeover: Duration = .seconds(10),
    environment: [String: String] = [:]
  ) -> LocalExecutor {
    LocalExecutor(
      program: "/bin/sh", slots: 4, environment: environment, grace: grace,
      pollInterval: .milliseconds(10), takeover: takeover)
  }
}

/// Waits for a condition that other processes bring about.
func eventually(_ condition: () -> Bool) async throws -> Bool {
  for _ in 0..<1000 {
    if condition() { return true }
    try await Task.sleep(for: .milliseconds(5))
  }
  return condition()
}
