import ArgumentParser
import Foundation

/// Reads the tables of numbers that benchmarks are given.
enum BenchTable {
  /// The largest table that is read: 64 MiB, a hundred times the largest that is made here.
  static let sizeLimit = 64 << 20

  /// The text of a file.
  ///
  /// - Throws: `ValidationError` for what is no readable UTF-8 text of at most `sizeLimit` bytes.
  static func text(_ file: String) throws -> String {
    let data: Data
    do {
      let handle = try FileHandle(forReadingFrom: URL(filePath: file))
      defer { handle.closeFile() }
      data = try handle.read(upToCount: sizeLimit + 1) ?? Data()
    } catch {
      throw ValidationError("cannot read \(file): \(error.localizedDescription)")
    }
    guard data.count <= sizeLimit else {
      throw ValidationError("\(file): a table of at most \(sizeLimit) bytes is read.")
    }
    guard let text = String(validating: data, as: UTF8.self) else {
      throw ValidationError("\(file): expected UTF-8 text. Unpack a compressed table first.")
    }
    return text
  }
}
