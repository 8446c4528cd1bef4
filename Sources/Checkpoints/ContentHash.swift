/// A fast hash that tells contents apart and finds damage; no protection against an adversary.
///
/// Four lanes of 64 bits take every fourth word w: x = (h ⊕ w) · p, h ← (x ⊕ x / 2²⁹) · p, p an odd
/// constant; one product alone would leave a change of the highest bit a change of one bit, which
/// the next word could undo. The end mixes lanes and length. About the speed of reading memory, where SHA-256 needs seconds
/// for the states of a data set. It does not matter in which pieces the bytes come.
public struct ContentHash: Sendable {
  private var lanes: SIMD4<UInt64> = [
    0x9E37_79B9_7F4A_7C15, 0xBF58_476D_1CE4_E5B9, 0x94D0_49BB_1331_11EB, 0xD6E8_FEB8_6659_FD93,
  ]
  private var pending: [UInt8] = []
  private var length: UInt64 = 0

  private static let block = 32
  private static let factor: UInt64 = 0x9FB2_1C65_1E98_DF25

  public init() {}

  /// Adds bytes.
  public mutating func add(_ bytes: UnsafeRawBufferPointer) {
    length &+= UInt64(bytes.count)
    var rest = bytes[...]
    if !pending.isEmpty {
      let taken = min(Self.block - pending.count, rest.count)
      pending.append(contentsOf: rest.prefix(taken))
      rest = rest.dropFirst(taken)
      guard pending.count == Self.block else { return }
      pending.withUnsafeBytes { mix($0) }
      pending.removeAll(keepingCapacity: true)
    }
    let whole = rest.count / Self.block * Self.block
    mix(UnsafeRawBufferPointer(rebasing: rest.prefix(whole)))
    pending.append(contentsOf: rest.dropFirst(whole))
  }

  /// Adds numbers as they lie in memory.
  public mutating func add<Number: BitwiseCopyable>(_ numbers: [Number]) {
    add(numbers.count)
    numbers.withUnsafeBytes { add($0) }
  }

  /// Adds the length of a text and its UTF-8 bytes.
  public mutating func add(_ text: String) {
    var text = text
    text.withUTF8 { bytes in
      add(bytes.count)
      add(UnsafeRawBufferPointer(bytes))
    }
  }

  public mutating func add(_ number: Int) {
    withUnsafeBytes(of: Int64(number).littleEndian) { add($0) }
  }

  /// The hash of what was added so far.
  public var value: [UInt64] {
    var copy = self
    if !copy.pending.isEmpty {
      let padded = copy.pending + [UInt8](repeating: 0, count: Self.block - copy.pending.count)
      padded.withUnsafeBytes { copy.mix($0) }
    }
    var state = (0..<4).map { copy.lanes[$0] }
    var carried = length
    for round in 0..<8 {
      carried = Self.finished(carried ^ state[round % 4])
      state[round % 4] = carried
    }
    return state
  }

  /// The hash as 64 hexadecimal digits.
  public var hexadecimal: String {
    value.map { word in
      let digits = String(word, radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }.joined()
  }

  private mutating func mix(_ bytes: UnsafeRawBufferPointer) {
    var (a, b, c, d) = (lanes[0], lanes[1], lanes[2], lanes[3])
    for offset in stride(from: 0, to: bytes.count, by: Self.block) {
      a = Self.mixed(a, bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
      b = Self.mixed(b, bytes.loadUnaligned(fromByteOffset: offset + 8, as: UInt64.self))
      c = Self.mixed(c, bytes.loadUnaligned(fromByteOffset: offset + 16, as: UInt64.self))
      d = Self.mixed(d, bytes.loadUnaligned(fromByteOffset: offset + 24, as: UInt64.self))
    }
    lanes = [a, b, c, d]
  }

  private static func mixed(_ lane: UInt64, _ word: UInt64) -> UInt64 {
    let product = (lane ^ word) &* factor
    return (product ^ (product >> 29)) &* factor
  }

  private static func finished(_ value: UInt64) -> UInt64 {
    var word = value
    word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    return word ^ (word >> 31)
  }
}
