internal import CVectorKernels

/// Where the sequences, heads and probability blocks of a packed batch lie.
struct AttentionLayout {
  /// The queries of each sequence; nil where every token is one.
  let queriesPerSequence: Int?
  let offsets: [Int32]
  /// The first rows of each sequence that are keys, the rest being padding; nil where all are.
  let keyCounts: [Int32]?
  let heads: Int
  let width: Int
  let prefixLength: Int
  /// Rows of the prefix from one sequence's to the next one's; 0 where all see the same.
  let prefixStride: Int
  /// R, the scores that are given and have no key; their probabilities come out as they are.
  let rivalCount: Int
  /// Floats of the largest probability block.
  let largestBlock: Int
  /// Floats of all probability blocks.
  let probabilityCount: Int
  /// Floats of the largest packed operand.
  let panelCount: Int

  init(
    _ q: Tensor, _ k: Tensor, queriesPerSequence: Int?, offsets: [Int32],
    keyCounts: [Int32]? = nil, heads: Int,
    prefix: Tensor? = nil, ownPrefixLength: Int? = nil, rivals: Tensor? = nil
  ) {
    precondition(
      heads > 0 && q.columns % heads == 0,
      "attention: width \(q.columns) must be a multiple of the number of heads, \(heads)")
    precondition(
      offsets.first == 0 && offsets.last.map(Int.init) == k.rows,
      "attention: offsets must run from 0 to the \(k.rows) rows of k, got \(offsets)")
    let queryRows = queriesPerSequence.map { $0 * (offsets.count - 1) } ?? k.rows
    precondition(
      q.rows == queryRows,
      "attention: q \(q.shape) must have \(queryRows) rows, one for each query of k \(k.shape)")
    self.queriesPerSequence = queriesPerSequence
    self.offsets = offsets
    precondition(
      keyCounts.map { $0.count == offsets.count - 1 } ?? true,
      "attention: \(keyCounts?.count ?? 0) numbers of keys for \(offsets.count - 1) sequences")
    self.keyCounts = keyCounts
    self.heads = heads
    self.width = q.columns
    precondition(
      ownPrefixLength.map { $0 * (offsets.count - 1) == prefix?.rows } ?? true,
      "attention: a prefix of \(prefix?.rows ?? 0) rows is not \(ownPrefixLength ?? 0) for each of"
        + " \(offsets.count - 1) sequences")
    prefixLength = ownPrefixLength ?? prefix?.rows ?? 0
    prefixStride = ownPrefixLength ?? 0
    rivalCount = rivals?.columns ?? 0
    var (largest, sum, longest) = (0, 0, 0)
    for sequence in 0..<(offsets.count - 1) {
      let length = Int(offsets[sequence + 1] - offsets[sequence])
      let keys = keyCounts.map { Int($0[sequence]) } ?? length
      precondition(
        keys <= length && (keys > 0 || length == 0),
        "attention: sequence \(sequence) of \(length) rows has \(keys) keys")
      let block = Self.block(
        queriesPerSequence ?? length, total: rivalCount + prefixLength + keys)
      largest = max(largest, block)
      sum += heads * block
      longest = max(longest, prefixLength + keys, length)
    }
    (largestBlock, probabilityCount) = (largest, sum)
    let panel = Int(VK_PANEL)
    func rounded(_ count: Int) -> Int { (count + panel - 1) / panel * panel }
    let headWidth = q.columns / heads
    panelCount = max(rounded(longest) * headWidth, longest * rounded(headWidth))
  }

  var headWidth: Int { width / heads }
  var outputWidth: Int { rivalCount + width }
  var sequences: Range<Int> { 0..<(offsets.count - 1) }
  /// Two probability blocks and a packed operand.
  var scratchCount: Int { 2 * largestBlock + panelCount }

  func start(_ sequence: Int) -> Int { Int(offsets[sequence]) }
  func length(_ sequence: Int) -> Int { Int(offsets[sequence + 1]) - Int(offsets[sequence]) }
  /// The rows of a sequence that are keys.
  func keyCount(_ sequence: Int) -> Int {
    keyCounts.map { Int($0[sequence]) } ?? length(sequence)
  }
  func queryStart(_ sequence: Int) -> Int {
    queriesPerSequence.map { $0 * sequence } ?? start(sequence)
  }
  func queryCount(_ sequence: Int) -> Int { queriesPerSequence ?? length(sequence) }

  /// Floats of one probability block [queries, R + P + n], rounded up to whole blocks of random words.
  static func block(_ queries: Int, total: Int) -> Int { (queries * total + 3) & ~3 }
}
