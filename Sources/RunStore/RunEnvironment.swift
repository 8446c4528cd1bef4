internal import Foundation
internal import Glibc

/// What a run's bytes depend on beside its settings: programs, processor, libraries, data.
///
/// Byte equality is promised between equal environments only (`environment.json`).
public struct RunEnvironment: Codable, Hashable, Sendable {
  /// Facts by name, such as `processor` or `blas`.
  public var facts: [String: String]

  public init(facts: [String: String]) {
    self.facts = facts
  }

  /// The facts that this module can tell of the machine: `system` and `processor`.
  public static func ofMachine() -> RunEnvironment {
    var name = utsname()
    _ = uname(&name)
    let system = withUnsafeBytes(of: &name.sysname) {
      String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
    }
    let machine = withUnsafeBytes(of: &name.machine) {
      String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
    }
    return RunEnvironment(facts: [
      "system": "\(system) \(machine)", "processor": processorName ?? "unknown",
    ])
  }

  /// What differs, one phrase a fact, sorted by name.
  public func differences(from recorded: RunEnvironment) -> [String] {
    Set(facts.keys).union(recorded.facts.keys).sorted().compactMap { key in
      let (before, now) = (recorded.facts[key], facts[key])
      guard before != now else { return nil }
      return "\(key) was '\(before ?? "not recorded")' and is '\(now ?? "not recorded")'"
    }
  }

  /// Reads a run's recorded environment.
  public static func read(_ run: RunDirectory) throws -> RunEnvironment {
    try RunFiles.decode(RunEnvironment.self, from: run.environmentFile)
  }

  /// Writes it for a new run.
  public func write(to run: RunDirectory, files: RunFiles = .durable) throws {
    try files.write(try CanonicalJSON.document(self), run.environmentFile)
  }

  /// Refuses to continue a run elsewhere than where it was started.
  ///
  /// - Throws: `RunDirectoryError.environmentChanged` with every difference.
  public func requireEqual(toRecorded run: RunDirectory) throws {
    let differences = differences(from: try Self.read(run))
    guard differences.isEmpty else {
      throw RunDirectoryError.environmentChanged(run: run.path, differences: differences)
    }
  }

  private static var processorName: String? {
    let text = try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)
    let line = text?.split(separator: "\n").first { $0.hasPrefix("model name") }
    return line?.split(separator: ":", maxSplits: 1).last
      .map { $0.trimmingCharacters(in: .whitespaces) }
  }
}
