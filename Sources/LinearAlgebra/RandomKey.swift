/// The address of one independent random stream.
///
/// A key is built from a seed by naming what the numbers are for, so that no generator state is
/// ever saved: `RandomKey(seed: 7).derived("dropout").derived(step)` names the same stream in any
/// process, in any order of drawing. Derivation mixes with the finaliser of SplitMix64, which is a
/// bijection of 64 bits; text is folded in by FNV-1a first.
///
/// Reference: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
public struct RandomKey: Hashable, Sendable {
  /// The 64 bits that select the stream.
  public let bits: UInt64

  /// The root of all streams of one seed.
  public init(seed: UInt64) {
    bits = Self.mixed(seed &+ 0x9E37_79B9_7F4A_7C15)
  }

  private init(bits: UInt64) {
    self.bits = bits
  }

  /// The sub-stream with a name, such as a purpose or a tensor path.
  public func derived(_ label: String) -> RandomKey {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in label.utf8 {
      hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
    }
    return RandomKey(bits: Self.mixed(bits ^ Self.mixed(hash &+ 0x632B_E59B_D9B4_E019)))
  }

  /// The sub-stream with a number, such as a layer or a step.
  public func derived(_ index: Int) -> RandomKey {
    let word = UInt64(bitPattern: Int64(index))
    return RandomKey(bits: Self.mixed(bits ^ Self.mixed(word &+ 0xD1B5_4A32_D192_ED03)))
  }

  static func mixed(_ value: UInt64) -> UInt64 {
    var word = value
    word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    return word ^ (word >> 31)
  }
}
