extension PEFTConfiguration {
  /// The stable name of what is trained: 32 hexadecimal digits.
  ///
  /// FNV-1a of 128 bits over `canonicalText`. Equal canonical forms have equal identities in every
  /// process and on every machine.
  ///
  /// Reference: Fowler, Noll, Vo; IETF draft-eastlake-fnv, parameters of 128 bits.
  public var identity: String { Self.hash(canonicalText) }

  /// The name of a training: the configuration, the number of its noise in a designed experiment, such
  /// as `…@12`, and the epochs after which it ends where these are not all, such as `…/3`.
  public func trainingIdentity(noise: Int?, fidelity: Fidelity? = nil) -> String {
    let name = noise.map { "\(identity)@\($0)" } ?? identity
    guard let fidelity, fidelity.epochs < training.epochs else { return name }
    return "\(name)/\(fidelity.epochs)"
  }

  /// FNV-1a of 128 bits as 32 hexadecimal digits.
  static func hash(_ text: String) -> String {
    var hash: UInt128 = 0x6C62_272E_07BB_0142_62B8_2175_6295_C58D
    let prime: UInt128 = 1 << 88 | 0x13B
    for byte in text.utf8 { hash = (hash ^ UInt128(byte)) &* prime }
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 32 - digits.count) + digits
  }

  /// The canonical form as one line of text, keys in alphabetical order.
  ///
  /// Whole real numbers are written as integers, so that reading a file never changes the text.
  public var canonicalText: String {
    let canonical = canonical
    var text = "groups="
    for group in canonical.groups {
      text += "\(group.layers){"
      for method in group.methods { method.appendCanonical(to: &text) }
      text += "}"
    }
    text += ";model={"
    for method in canonical.model { method.appendCanonical(to: &text) }
    text += "};training={"
    for key in TrainingKey.allCases.sorted(by: { $0.rawValue < $1.rawValue }) {
      text += "\(key.rawValue)=\(key.value(in: training).description),"
    }
    return text + "}"
  }
}

extension MethodInstance {
  fileprivate func appendCanonical(to text: inout String) {
    text += name
    text += "("
    for (key, value) in parameters.sorted(by: { $0.key < $1.key }) {
      text += key
      text += "="
      text += value.description
      text += ","
    }
    text += ")"
  }
}
