internal import Foundation
internal import Glibc

/// What is known of the file system under a path: its kind, and how much room is left.
public struct FileSystemFacts: Sendable, Equatable {
  /// The kind as the kernel names it, such as `ext4` or `nfs4`; empty where it does not say.
  public let kind: String
  /// Bytes that this user may still write.
  public let freeBytes: Int

  /// Asks the kernel.
  ///
  /// - Throws: `RunDirectoryError.cannotRead`.
  public init(of path: String) throws {
    var facts = statvfs()
    guard statvfs(path, &facts) == 0 else {
      throw RunDirectoryError.cannotRead(path: path, reason: errnoText())
    }
    freeBytes = Int(clamping: facts.f_bavail) * Int(clamping: facts.f_frsize)
    let mounts = try? String(contentsOfFile: "/proc/self/mountinfo", encoding: .utf8)
    kind = Self.kind(of: Self.realPath(path), mounts: mounts ?? "") ?? ""
  }

  /// Whether several machines may see this file system, where SQLite's WAL does not work.
  public var isNetworked: Bool { Self.isNetworked(kind: kind) }

  /// Whether a kind is networked, or is a window to another machine's files.
  ///
  /// All of FUSE but `fuseblk` (a local disk) counts: sshfs, s3fs, gluster and the like are FUSE and
  /// cannot be told from local ones.
  static func isNetworked(kind: String) -> Bool {
    let kinds: Set<String> = [
      "nfs", "nfs4", "smb3", "smbfs", "cifs", "lustre", "gpfs", "ceph", "afs", "9p", "ocfs2",
      "gfs2", "coda", "ncpfs", "beegfs", "panfs", "pvfs2", "orangefs", "vboxsf", "virtiofs",
      "prl_fs", "wekafs", "glusterfs", "davfs", "fuse",
    ]
    return kinds.contains(kind) || kind.hasPrefix("fuse.")
  }

  /// The kind of the innermost mount that holds a path, out of the text of `mountinfo`.
  ///
  /// A line reads `36 35 98:0 /root /mount/point options … - kind source options`; spaces in paths
  /// are written `\040`. Of two mounts on one point the later one is seen.
  static func kind(of path: String, mounts: String) -> String? {
    var best: (length: Int, kind: String)?
    for line in mounts.split(separator: "\n") {
      let fields = line.split(separator: " ")
      guard let dash = fields.firstIndex(of: "-"), dash + 1 < fields.count, fields.count > 4 else {
        continue
      }
      let point = fields[4].replacingOccurrences(of: "\\040", with: " ")
      let isAbove = point == "/" || path == point || path.hasPrefix(point + "/")
      if isAbove && point.count >= best?.length ?? 0 {
        best = (point.count, String(fields[dash + 1]))
      }
    }
    return best?.kind
  }

  private static func realPath(_ path: String) -> String {
    guard let resolved = realpath(path, nil) else { return path }
    defer { free(resolved) }
    return String(cString: resolved)
  }
}
