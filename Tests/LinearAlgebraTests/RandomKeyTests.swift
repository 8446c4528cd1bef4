import LinearAlgebra
import Testing

@Suite struct RandomKeyTests {
  @Test func sameNamesGiveTheSameStream() {
    let (one, other) = (RandomKey(seed: 7), RandomKey(seed: 7))
    #expect(one.derived("a").derived(3) == other.derived("a").derived(3))
  }

  @Test func seedsNamesNumbersAndOrderAllMatter() {
    let root = RandomKey(seed: 7)
    let keys = [
      root, RandomKey(seed: 8), root.derived("a"), root.derived("b"), root.derived("ab"),
      root.derived(""), root.derived(0), root.derived(1), root.derived(-1), root.derived("0"),
      root.derived("a").derived("b"), root.derived("b").derived("a"), root.derived("a").derived(1),
      root.derived(1).derived("a"),
    ]
    #expect(Set(keys).count == keys.count)
  }

  /// The mapping is part of the promise that a run continues byte for byte: it must never change.
  @Test func derivationIsFixedForever() {
    #expect(RandomKey(seed: 0).bits == 0xE220_A839_7B1D_CDAF)
  }

  @Test func neighbouringStreamsDiffer() {
    let root = RandomKey(seed: 1)
    let firsts = (0..<10_000).map { index -> UInt64 in
      var random = CounterRandom(root.derived(index))
      return random.next()
    }
    #expect(Set(firsts).count == firsts.count)
  }
}
