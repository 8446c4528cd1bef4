import Foundation

/// Bytes of a safetensors file with a given header.
func checkpointBytes(_ header: String, dataCount: Int = 0) -> [UInt8] {
  checkpointBytes(Array(header.utf8), data: Array(repeating: 0, count: dataCount))
}

func checkpointBytes(_ header: [UInt8], data: [UInt8]) -> [UInt8] {
  let length = UInt64(header.count)
  return (0..<8).map { UInt8(truncatingIfNeeded: length >> UInt64(8 * $0)) } + header + data
}

extension [UInt8] {
  func write(toFile path: String) throws {
    try Data(self).write(to: URL(filePath: path))
  }
}
