import RealModule

/// A counter-based random source: number `n` of a stream is a pure function of (key, n).
///
/// Philox 4×32 with 10 rounds; block `c` of the stream is Philox(counter: [c_lo, c_hi, 0, 0],
/// key: [k_lo, k_hi]) and gives four 32-bit words, read as two 64-bit words in order.
///
/// Reference: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011, section 4.3;
/// test vectors of Random123 (`kat_vectors`).
public struct CounterRandom: RandomNumberGenerator, Sendable {
  private let key: RandomKey
  private var position: UInt64
  private var block: SIMD4<UInt32> = .zero

  /// A source that starts at a 64-bit word of the stream.
  public init(_ key: RandomKey, position: UInt64 = 0) {
    self.key = key
    self.position = position
    if position & 1 == 1 { block = Self.block(position >> 1, key: key) }
  }

  /// The next 64 bits.
  public mutating func next() -> UInt64 {
    let isSecondHalf = position & 1 == 1
    if !isSecondHalf { block = Self.block(position >> 1, key: key) }
    position &+= 1
    return isSecondHalf
      ? UInt64(block[2]) | UInt64(block[3]) << 32
      : UInt64(block[0]) | UInt64(block[1]) << 32
  }

  /// A uniform number in [0, 1) with 53 random bits.
  public mutating func uniform() -> Double {
    Double(next() >> 11) * 0x1p-53
  }

  /// A uniform number in [lower, upper).
  public mutating func uniform(_ lower: Double, _ upper: Double) -> Double {
    lower + (upper - lower) * uniform()
  }

  /// A uniform whole number in 0 ..< bound, without modulo bias (Lemire's multiplication).
  public mutating func integer(below bound: Int) -> Int {
    precondition(bound > 0, "CounterRandom.integer: bound must be positive, got \(bound)")
    let range = UInt64(bound)
    var product = next().multipliedFullWidth(by: range)
    if product.low < range {
      let threshold = (0 &- range) % range
      while product.low < threshold { product = next().multipliedFullWidth(by: range) }
    }
    return Int(product.high)
  }

  /// A standard normal number (Box and Muller; two words are used for each).
  public mutating func normal() -> Double {
    let radius = (-2 * Double.log(1 - uniform())).squareRoot()
    return radius * Double.cos(2 * Double.pi * uniform())
  }

  /// The elements in a random order (Fisher and Yates, from the end).
  public mutating func shuffled<Element>(_ elements: [Element]) -> [Element] {
    var result = elements
    for last in stride(from: result.count - 1, to: 0, by: -1) {
      result.swapAt(last, integer(below: last + 1))
    }
    return result
  }

  /// Four words of the stream: Philox 4×32-10 of one counter.
  public static func block(_ counter: UInt64, key: RandomKey) -> SIMD4<UInt32> {
    philox(
      SIMD4(UInt32(truncatingIfNeeded: counter), UInt32(truncatingIfNeeded: counter >> 32), 0, 0),
      key: SIMD2(
        UInt32(truncatingIfNeeded: key.bits), UInt32(truncatingIfNeeded: key.bits >> 32)))
  }

  static func philox(_ counter: SIMD4<UInt32>, key: SIMD2<UInt32>) -> SIMD4<UInt32> {
    var word = counter
    var roundKey = key
    for _ in 0..<10 {
      let first = UInt32(0xD251_1F53).multipliedFullWidth(by: word[0])
      let second = UInt32(0xCD9E_8D57).multipliedFullWidth(by: word[2])
      word = SIMD4(
        second.high ^ word[1] ^ roundKey[0], second.low,
        first.high ^ word[3] ^ roundKey[1], first.low)
      roundKey = roundKey &+ SIMD2(0x9E37_79B9, 0xBB67_AE85)
    }
    return word
  }
}
