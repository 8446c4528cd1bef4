/// A prefix tree over Unicode scalars: all steps of all nodes in one hash table.
///
/// Memory: 12 bytes for each of at most four slots a step; a vocabulary of 30,000 pieces has about
/// 100,000 steps. Complexity of a look-up: one probe or few for each scalar.
struct ScalarTrie: Sendable {
  typealias Node = UInt32

  static let root: Node = 0
  /// Marks a free slot; no step has this key, since scalars have 21 bits.
  private static let free = UInt64.max
  private static let none: Int32 = -1

  private var keys: [UInt64]
  private var children: [Node]
  private var mask: Int
  private var stepCount = 0
  /// The value at each node, `none` where no text ends.
  private var values: [Int32] = [Self.none]

  /// A tree of texts with their values (from 0).
  init(_ entries: some Sequence<(text: String, value: Int32)>) {
    keys = Array(repeating: Self.free, count: 1024)
    children = Array(repeating: 0, count: 1024)
    mask = 1023
    for entry in entries {
      var node = Self.root
      for scalar in entry.text.unicodeScalars { node = childOrNew(of: node, scalar) }
      values[Int(node)] = entry.value
    }
  }

  /// The node at the end of a text that begins some entry; nil where none does.
  func node(of text: String) -> Node? {
    var node = Self.root
    for scalar in text.unicodeScalars {
      guard let next = child(of: node, scalar) else { return nil }
      node = next
    }
    return node
  }

  /// The value of an entry.
  func value(of text: String) -> Int32? {
    guard let node = node(of: text), values[Int(node)] != Self.none else { return nil }
    return values[Int(node)]
  }

  /// The longest entry that the scalars begin with, read on from a node; at least one scalar.
  func longestMatch(
    in scalars: ArraySlice<Unicode.Scalar>, from start: Node = Self.root
  ) -> (count: Int, value: Int32)? {
    var best: (count: Int, value: Int32)?
    var node = start
    for index in scalars.indices {
      guard let next = child(of: node, scalars[index]) else { break }
      node = next
      let value = values[Int(node)]
      if value != Self.none { best = (index - scalars.startIndex + 1, value) }
    }
    return best
  }

  private func child(of node: Node, _ scalar: Unicode.Scalar) -> Node? {
    let key = Self.key(node, scalar)
    let slot = slot(of: key)
    return keys[slot] == key ? children[slot] : nil
  }

  private mutating func childOrNew(of node: Node, _ scalar: Unicode.Scalar) -> Node {
    let key = Self.key(node, scalar)
    var slot = slot(of: key)
    if keys[slot] == key { return children[slot] }
    if 2 * stepCount >= keys.count {
      grow()
      slot = self.slot(of: key)
    }
    let child = Node(values.count)
    values.append(Self.none)
    keys[slot] = key
    children[slot] = child
    stepCount += 1
    return child
  }

  /// The slot that holds a key, or the free one where it would stand.
  private func slot(of key: UInt64) -> Int {
    // Fibonacci hashing: the high bits of a product with 2⁶⁴ / golden ratio.
    var slot = Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> 32) & mask
    while keys[slot] != key, keys[slot] != Self.free { slot = (slot + 1) & mask }
    return slot
  }

  private mutating func grow() {
    let (oldKeys, oldChildren) = (keys, children)
    keys = Array(repeating: Self.free, count: 2 * oldKeys.count)
    children = Array(repeating: 0, count: keys.count)
    mask = keys.count - 1
    for (key, child) in zip(oldKeys, oldChildren) where key != Self.free {
      let slot = slot(of: key)
      keys[slot] = key
      children[slot] = child
    }
  }

  private static func key(_ node: Node, _ scalar: Unicode.Scalar) -> UInt64 {
    UInt64(node) << 21 | UInt64(scalar.value)
  }
}
