/// Memory that is handed out in a row and taken back all at once.
///
/// Chunks are kept when the arena is rewound, so that a training step that is no larger than an
/// earlier one allocates nothing.
struct Arena {
  /// A place to rewind to.
  struct Mark: Equatable {
    fileprivate let chunk: Int
    fileprivate let offset: Int
  }

  /// Floats of a chunk: 16 MB, a few activations of a small encoder; larger requests get their own.
  private static let chunkCount = 1 << 22
  /// Floats of a cache line.
  private static let alignment = FloatStorage.alignment / MemoryLayout<Float>.stride

  private var chunks: ContiguousArray<FloatStorage> = []
  private var chunk = 0
  private var offset = 0

  /// The floats of all chunks.
  var reservedCount: Int { chunks.reduce(0) { $0 + $1.buffer.count } }

  /// The floats that are handed out, with the ends of chunks that were too short for a request.
  var usedCount: Int {
    chunks.prefix(chunk).reduce(0) { $0 + $1.buffer.count } + offset
  }

  /// The place that the next allocation starts from.
  var mark: Mark { Mark(chunk: chunk, offset: offset) }

  /// Memory for `count` floats with undefined contents, aligned to a cache line.
  mutating func allocate(_ count: Int) -> UnsafeMutableBufferPointer<Float> {
    let needed = Self.rounded(count)
    while chunk < chunks.count {
      if offset + needed <= chunks[chunk].buffer.count {
        let start = offset
        offset += needed
        return UnsafeMutableBufferPointer(rebasing: chunks[chunk].buffer[start..<start + count])
      }
      chunk += 1
      offset = 0
    }
    chunks.append(FloatStorage(uninitialized: max(Self.chunkCount, needed)))
    offset = needed
    return UnsafeMutableBufferPointer(rebasing: chunks[chunk].buffer[0..<count])
  }

  private static func rounded(_ count: Int) -> Int {
    max(alignment, (count + alignment - 1) & ~(alignment - 1))
  }

  /// The place before an allocation, if it was the last one; nil otherwise.
  func markBefore(last memory: UnsafeMutableBufferPointer<Float>) -> Mark? {
    guard chunk < chunks.count, let base = chunks[chunk].buffer.baseAddress,
      let start = memory.baseAddress, start >= base, start < base + offset
    else { return nil }
    let position = start - base
    return position + Self.rounded(memory.count) == offset
      ? Mark(chunk: chunk, offset: position) : nil
  }

  /// Takes back everything handed out after the mark.
  mutating func rewind(to mark: Mark) {
    chunk = mark.chunk
    offset = mark.offset
  }

  /// Takes back everything.
  mutating func reset() {
    chunk = 0
    offset = 0
  }
}
