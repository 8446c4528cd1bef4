import Testing

@testable import SearchSpaces

/// What misspelt names are taken for.
@Suite struct SuggestionTests {
  @Test(arguments: [
    ("lroa", "lora"), ("adpater", "adapter"), ("Prefix", "prefix"), ("bitift", "bitfit"),
    ("kron", "krona"),
  ])
  func slipsFindTheirName(typed: String, meant: String) {
    #expect(["krona", "loha", "adapter", "bitfit", "lora", "prefix"].nearest(to: typed) == meant)
  }

  @Test(arguments: [
    ("", "abc", 3), ("ab", "ba", 1), ("abc", "cab", 2), ("kitten", "sitting", 3),
    ("same", "same", 0),
  ])
  func distances(first: String, second: String, expected: Int) {
    #expect(editDistance(first, second) == expected)
    #expect(editDistance(second, first) == expected)
  }
}
