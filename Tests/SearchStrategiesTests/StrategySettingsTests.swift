import SearchSpaces
import Testing

@testable import SearchStrategies

struct StrategySettingsTests {
  static let declared = [
    ParameterSchema("count", .integer(1...9), default: .integer(4), "A number."),
    ParameterSchema("share", .number(0...1), default: .number(0.5), "A share."),
    ParameterSchema("mode", .choice(["slow", "fast"]), default: .text("fast"), "A mode."),
    ParameterSchema(
      "parts", .subset(["a", "b", "c"], minimum: 1), default: .list(["a"]), "Parts."),
    ParameterSchema("loud", .flag, default: .flag(false), "A switch."),
  ]

  @Test func defaultsAndGivenValues() throws {
    let settings = try StrategySettings(
      ["share": .integer(1)], of: "test", declared: Self.declared)
    #expect(settings.integer("count") == 4 && settings.number("share") == 1)
    #expect(
      try settings
        == StrategySettings(
          [
            "share": .number(1), "loud": .flag(false), "parts": .list(["a"]), "mode": .text("fast"),
          ],
          of: "test", declared: Self.declared))
    let ordered = try StrategySettings(
      ["parts": .list(["c", "a"])], of: "test", declared: Self.declared)
    let same = try StrategySettings(
      ["parts": .list(["a", "c"])], of: "test", declared: Self.declared)
    #expect(ordered == same)
  }

  @Test(arguments: [
    ("count", ParameterValue.number(2), "a whole number from 1 to 9", "2.0"),
    ("share", .number(1.5), "a number from 0.0 to 1.0", "1.5"),
    ("mode", .text("quick"), "one of 'slow', 'fast'", "'quick'"),
    ("parts", .list([]), "a list of at least 1 of 'a', 'b', 'c'", "[]"),
    ("parts", .list(["a", "z"]), "a list of at least 1 of 'a', 'b', 'c'", "[a, z]"),
    ("loud", .integer(1), "true or false", "1"),
    ("loud", .list(["a"]), "true or false", "[a]"),
    ("count", .flag(true), "a whole number from 1 to 9", "true"),
  ])
  func wrongValues(key: String, value: ParameterValue, expected: String, got: String) {
    #expect(
      throws: StrategyError.wrongSetting(
        strategy: "test", key: key, expected: expected, got: got)
    ) { try StrategySettings([key: value], of: "test", declared: Self.declared) }
  }
}
