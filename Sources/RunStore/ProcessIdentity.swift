internal import Foundation
internal import Glibc

/// Which process something belongs to, in words that survive a reused process number.
///
/// A number names another process after a reboot (then the boot id differs) or once the numbers
/// have gone round (then the start time differs).
public struct ProcessIdentity: Codable, Hashable, Sendable {
  public var pid: Int32
  /// The kernel's random name of this boot; empty where the kernel gives none.
  public var boot: String
  /// Clock ticks from boot to the process's start; 0 where the kernel gives none.
  public var startTicks: UInt64

  public init(pid: Int32, boot: String, startTicks: UInt64) {
    self.pid = pid
    self.boot = boot
    self.startTicks = startTicks
  }

  /// The identity of a process that runs right now.
  public init(of pid: Int32) {
    self.init(pid: pid, boot: Self.currentBoot, startTicks: Self.startTicks(of: pid) ?? 0)
  }

  /// The identity of this process.
  public static var current: ProcessIdentity { ProcessIdentity(of: getpid()) }

  /// Whether exactly this process still runs.
  public var isAlive: Bool {
    guard boot == Self.currentBoot, pid > 0 else { return false }
    guard kill(pid, 0) == 0 || errno == EPERM else { return false }
    guard let ticks = Self.startTicks(of: pid) else { return startTicks == 0 }
    return ticks == startTicks
  }

  /// The name of this boot.
  static var currentBoot: String {
    let text = try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)
    return text?.trimmingCharacters(in: .whitespacesAndNewlines) ?? ""
  }

  /// Field 22 of `/proc/PID/stat`; nil for a process that is gone or only waits to be collected.
  ///
  /// The second field is a name in parentheses that may hold spaces and parentheses itself.
  static func startTicks(of pid: Int32) -> UInt64? {
    guard let text = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
      let close = text.lastIndex(of: ")")
    else { return nil }
    let fields = text[text.index(after: close)...].split(separator: " ")
    guard fields.count > 19, fields[0] != "Z", fields[0] != "X" else { return nil }
    return UInt64(fields[19])
  }
}
