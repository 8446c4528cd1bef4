/// A low-discrepancy sequence in the unit cube, plain or scrambled, addressed by index.
///
/// Point n is a pure function of (dimension count, key, n): no generator state exists. The plain
/// sequence x_n = ⊕ over the set bits k of the Gray code of n of the direction numbers v_k equals
/// `scipy.stats.qmc.Sobol(scramble: false)`, the origin included.
///
/// With a key, each coordinate goes through Owen's nested uniform scrambling: bit b is flipped or
/// not by a fair coin that is a function of (key, dimension, the b bits above it). Every point is
/// then uniform in the open cube, and the net properties of the sequence are kept, so that any first
/// 2^m points put exactly one point in each of the 2^m intervals of every axis.
///
/// Resolution: 32 bits; values lie in the middle of their cell of width 2^(−32), never 0 or 1.
/// Dimensions: 1 to `maximumDimensions`.
///
/// Reference: Joe and Kuo, SIAM J. Sci. Comput. 30, 2008; Owen, "Randomly permuted (t,m,s)-nets and
/// (t,s)-sequences", 1995; the hash form of the permutations as in Laine and Karras, "Stratified
/// sampling for stochastic transparency", EGSR 2011, with a full-strength mixer.
public struct SobolSequence: Sendable {
  /// The dimensions for which direction numbers exist.
  public static let maximumDimensions = 1 + SobolDirections.polynomialCounts.reduce(0, +)

  public let dimensions: Int
  private let scrambling: [RandomKey]?

  /// A sequence; scrambled where there is a key.
  ///
  /// - Parameter dimensions: 0 to `maximumDimensions`.
  public init(dimensions: Int, scrambledBy key: RandomKey?) {
    precondition(
      (0...Self.maximumDimensions).contains(dimensions),
      "SobolSequence: 0 to \(Self.maximumDimensions) dimensions are possible, got \(dimensions)")
    self.dimensions = dimensions
    scrambling = key.map { key in (0..<dimensions).map { key.derived($0) } }
  }

  /// Point n, n = 0, 1, 2 … below 2³².
  public subscript(index: Int) -> [Double] {
    (0..<dimensions).map { (Double(integer(index, dimension: $0)) + 0.5) * 0x1p-32 }
  }

  /// The 32 bits of one coordinate of point n.
  func integer(_ index: Int, dimension: Int) -> UInt32 {
    let number = UInt32(truncatingIfNeeded: index)
    var gray = number ^ (number >> 1)
    var bits: UInt32 = 0
    let first = dimension * 32
    while gray != 0 {
      bits ^= Self.directions[first + gray.trailingZeroBitCount]
      gray &= gray - 1
    }
    guard let scrambling else { return bits }
    return Self.scrambled(bits, key: scrambling[dimension])
  }

  /// Owen's scrambling of 32 bits.
  private static func scrambled(_ bits: UInt32, key: RandomKey) -> UInt32 {
    var result: UInt32 = 0
    for position in 0..<32 {
      // The bits above `position`, with a leading one so that prefixes of all lengths differ.
      let prefix = (UInt64(1) << position) | (UInt64(bits) >> (32 - position))
      let flip = UInt32(
        truncatingIfNeeded: RandomKey.mixed(key.bits ^ RandomKey.mixed(prefix)) >> 63)
      result = (result << 1) | (((bits >> (31 - position)) & 1) ^ flip)
    }
    return result
  }

  /// v_1 … v_32 of each dimension, the binary point before the highest bit.
  private static let directions: [UInt32] = {
    var result = (0..<32).map { UInt32(1) << (31 - $0) }
    var reader = PackedBits(base64: SobolDirections.packed)
    for (index, count) in SobolDirections.polynomialCounts.enumerated() {
      for _ in 0..<count { result += directions(degree: index + 1, &reader) }
    }
    return result
  }()

  /// The recurrence m_k = ⊕ 2^i a_i m_(k−i) ⊕ 2^s m_(k−s) ⊕ m_(k−s) for one dimension.
  private static func directions(degree: Int, _ reader: inout PackedBits) -> [UInt32] {
    let coefficients = reader.next(degree - 1)
    var values: [UInt32] = [1]
    for k in 1..<max(degree, 1) { values.append(reader.next(k) << 1 | 1) }
    var result = values.enumerated().map { $1 << UInt32(31 - $0) }
    for k in degree..<32 {
      var next = result[k - degree] ^ (result[k - degree] >> UInt32(degree))
      for i in 1..<max(degree, 1) where (coefficients >> UInt32(degree - 1 - i)) & 1 == 1 {
        next ^= result[k - i]
      }
      result.append(next)
    }
    return result
  }
}

/// Reads numbers of a few bits from base64 text, most significant bit first.
private struct PackedBits {
  private let sextets: [UInt8]
  private var position = 0

  init(base64: String) {
    sextets = base64.utf8.map { byte in
      switch byte {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte - UInt8(ascii: "A")
      case UInt8(ascii: "a")...UInt8(ascii: "z"): byte - UInt8(ascii: "a") + 26
      case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0") + 52
      case UInt8(ascii: "+"): 62
      default: 63
      }
    }
  }

  mutating func next(_ count: Int) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<count {
      let bit = sextets[position / 6] >> UInt8(5 - position % 6) & 1
      value = value << 1 | UInt32(bit)
      position += 1
    }
    return value
  }
}
