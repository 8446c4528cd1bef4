import Checkpoints
import Testing

@Suite struct ContentHashTests {
  private func hash(_ pieces: [[UInt8]]) -> [UInt64] {
    var hash = ContentHash()
    for piece in pieces { piece.withUnsafeBytes { hash.add($0) } }
    return hash.value
  }

  @Test func piecesDoNotMatter() {
    let bytes = (0..<1000).map { UInt8($0 * 7 % 251) }
    let whole = hash([bytes])
    for size in [1, 5, 31, 32, 33, 64, 999] {
      let pieces = stride(from: 0, to: 1000, by: size).map {
        Array(bytes[$0..<min($0 + size, 1000)])
      }
      #expect(hash(pieces) == whole, "pieces of \(size)")
    }
  }

  /// Every single changed bit, a missing end and an added zero are seen.
  @Test func everyBitMatters() {
    let bytes = (0..<100).map { UInt8($0) }
    var seen: Set<[UInt64]> = [hash([bytes]), hash([bytes + [0]]), hash([Array(bytes.dropLast())])]
    for index in bytes.indices {
      for bit in 0..<8 {
        var changed = bytes
        changed[index] ^= 1 << UInt8(bit)
        seen.insert(hash([changed]))
      }
    }
    #expect(seen.count == 3 + 800)
  }

  @Test func textsAreToldApartByTheirEnds() {
    func hash(_ texts: [String]) -> String {
      var hash = ContentHash()
      for text in texts { hash.add(text) }
      return hash.hexadecimal
    }
    #expect(hash(["ab", "c"]) != hash(["a", "bc"]))
    #expect(hash(["ab", "c"]).count == 64)
  }
}
