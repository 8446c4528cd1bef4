/// FNV-1a with 64 bits over 32-bit little-endian words, as in scripts/fixtures/tokenizer_parity.py.
struct Digest {
  private var value: UInt64 = 0xCBF2_9CE4_8422_2325

  mutating func add(_ word: UInt32) {
    for shift in stride(from: UInt32(0), to: 32, by: 8) {
      value = (value ^ UInt64((word >> shift) & 0xFF)) &* 0x0000_0100_0000_01B3
    }
  }

  var hexadecimal: String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
