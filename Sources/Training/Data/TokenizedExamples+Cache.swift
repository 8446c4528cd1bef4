internal import Checkpoints

extension TokenizedExamples {
  private static let kind = "tokens"

  /// The tokens of examples from a cache, encoded and left there where it has none.
  ///
  /// - Parameters:
  ///   - tokenizer: the hash of the tokenizer's files and of the length that texts are cut to.
  ///   - encode: text and second text to tokens, cut to the maximum length.
  init(
    _ examples: [Example], tokenizer: ContentHash, cache: CacheFolder,
    encode: (String, String?) -> Sequence
  ) {
    guard cache.path != nil else {
      self.init(examples, encode: encode)
      return
    }
    var key = tokenizer
    for example in examples {
      key.add(example.text)
      key.add(example.pair == nil ? 0 : 1)
      if let pair = example.pair { key.add(pair) }
    }
    if let content = cache.content(Self.kind, key: key),
      let known = Self(content.bytes, targets: examples.compactMap(\.target))
    {
      self = known
      return
    }
    self.init(examples, encode: encode)
    let header = [Int64(count), Int64(truncatedCount)] + offsets.map { Int64($0) }
    let length = header.count * 8 + (ids.count + types.count) * 4
    _ = cache.write(Self.kind, key: key, length: length) { take in
      try header.withUnsafeBytes { try take($0) }
      try ids.withUnsafeBytes { try take($0) }
      try types.withUnsafeBytes { try take($0) }
      return true
    }
  }

  /// Reads: numbers of sequences and of cut ones, offsets (8 bytes each), ids, types (4 bytes each).
  ///
  /// The bytes have a right checksum and key; nil all the same where their lengths do not fit.
  private init?(_ bytes: UnsafeRawBufferPointer, targets: [Example.Target]) {
    func integer(_ index: Int) -> Int? {
      guard 8 * index + 8 <= bytes.count else { return nil }
      return Int(bytes.loadUnaligned(fromByteOffset: 8 * index, as: Int64.self))
    }
    guard let count = integer(0), let truncated = integer(1), count >= 0,
      let tokens = integer(2 + count), tokens >= 0,
      bytes.count == 8 * (3 + count) + 8 * tokens
    else { return nil }
    func numbers(from offset: Int) -> [Int32] {
      (0..<tokens).map { bytes.loadUnaligned(fromByteOffset: offset + 4 * $0, as: Int32.self) }
    }
    let start = 8 * (3 + count)
    self.init(
      ids: numbers(from: start), types: numbers(from: start + 4 * tokens),
      offsets: (0...count).compactMap { integer(2 + $0) }, targets: targets,
      truncatedCount: truncated)
  }
}
