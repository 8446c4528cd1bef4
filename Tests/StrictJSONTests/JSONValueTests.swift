import StrictJSON
import Testing

/// A text that is not JSON with the exact sentence.
struct JSONErrorCase: Sendable, CustomTestStringConvertible {
  let bytes: [UInt8]
  let sentence: String

  var testDescription: String { String(decoding: bytes.prefix(20), as: UTF8.self) }

  init(_ text: String, _ sentence: String) {
    self.init(bytes: Array(text.utf8), sentence)
  }

  init(bytes: [UInt8], _ sentence: String) {
    self.bytes = bytes
    self.sentence = sentence
  }

  static let all: [JSONErrorCase] = [
    .init("", "line 1, column 1: expected a value, got the end of the text."),
    .init(" \n ", "line 2, column 2: expected a value, got the end of the text."),
    .init("{} x", "line 1, column 4: expected the end of the text, got 'x'."),
    .init("tru", "line 1, column 1: expected a value, got 'tru'."),
    .init("[1,]", "line 1, column 4: expected a value, got ']'."),
    .init("[1 2]", "line 1, column 4: expected ',' or ']', got '2]'."),
    .init("[\u{0}]", "line 1, column 2: expected a value, got '\u{0}]'."),
    .init("{\"a\":1,}", "line 1, column 8: expected a key in double quotes, got '}'."),
    .init("{\"a\" 1}", "line 1, column 6: expected ':' after the key 'a', got '1}'."),
    .init("{\"a\":1 \"b\":2}", "line 1, column 8: expected ',' or '}', got '\"b\":2}'."),
    .init("{a:1}", "line 1, column 2: expected a key in double quotes, got 'a:1}'."),
    .init(
      "{\"é\":1,\n \"é\":2}", "line 2, column 2: the key 'é' stands twice in one object."),
    .init("{\"a\":1,\"\\u0061\":2}", "line 1, column 8: the key 'a' stands twice in one object."),
    .init("01", "line 1, column 1: '01' is not a number of JSON."),
    .init("-", "line 1, column 1: '-' is not a number of JSON."),
    .init("1.", "line 1, column 1: '1.' is not a number of JSON."),
    .init("1e", "line 1, column 1: '1e' is not a number of JSON."),
    .init("+1", "line 1, column 1: expected a value, got '+1'."),
    .init(".5", "line 1, column 1: expected a value, got '.5'."),
    .init("NaN", "line 1, column 1: 'NaN' is not JSON, which has no NaN and no infinity."),
    .init(
      "[-Infinity]",
      "line 1, column 2: '-Infinity' is not JSON, which has no NaN and no infinity."),
    .init(
      "\"abc", "line 1, column 5: expected '\"' at the end of a text, got the end of the text."),
    .init("\"\\x\"", "line 1, column 2: '\\x' is not an escape sequence of JSON."),
    .init("\"\\", "line 1, column 2: '\\' is not an escape sequence of JSON."),
    .init("\"\\u12g4\"", "line 1, column 2: '\\u12' is not an escape sequence of JSON."),
    .init(
      "\"\\ud83d\"",
      "line 1, column 2: '\\ud83d' is half of a surrogate pair without the other "
        + "half."),
    .init(
      "\"\\ude00\"",
      "line 1, column 2: '\\ude00' is half of a surrogate pair without the other "
        + "half."),
    .init(
      "\"\\ud83d\\u0041\"",
      "line 1, column 2: '\\ud83d' is half of a surrogate pair without the other half."),
    .init(
      "\"a\tb\"",
      "line 1, column 3: a control character (0x09) inside a text; JSON writes it as \\u0009."),
    .init(
      bytes: [0xEF, 0xBB, 0xBF, 0x7B, 0x7D],
      "line 1, column 1: the text starts with a byte order mark, which JSON does not allow. "
        + "Remove it."),
    .init(bytes: [0x22, 0xC0, 0x80, 0x22], "line 1, column 1: the bytes are not UTF-8."),
    .init(bytes: [0x22, 0xED, 0xA0, 0x80, 0x22], "line 1, column 1: the bytes are not UTF-8."),
    .init(
      String(repeating: "[", count: 129),
      "line 1, column 129: lists and objects are nested deeper than 128 levels."),
    .init(
      String(repeating: "{\"a\":", count: 129),
      "line 1, column 641: lists and objects are nested deeper than 128 levels."),
  ]
}

@Suite struct JSONValueTests {
  @Test(arguments: JSONErrorCase.all)
  func whatIsNotJSONGivesItsSentence(_ example: JSONErrorCase) {
    let error = #expect(throws: JSONError.self) { try JSONValue(parsing: example.bytes) }
    #expect(error?.description == example.sentence)
  }

  @Test func valuesAreRead() throws {
    let text = #"""
       {"a": [1, -2.5e+3, 0], "b": {"c": null}, "d": true, "e": false,
        "f": "\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00é😀", "": "x"}
      """#
    let object = try #require(try JSONValue(parsing: Array(text.utf8)).object)
    #expect(object.members.map(\.key) == ["a", "b", "d", "e", "f", ""])
    let list = try #require(object["a"]?.array)
    #expect(list.map(\.integer) == [1, nil, 0])
    #expect(list.map(\.double) == [1, -2500, 0])
    #expect(object["b"]?.object?["c"]?.isNull == true)
    #expect(object["d"]?.bool == true)
    #expect(object["e"]?.bool == false)
    #expect(object["f"]?.string == "\"\\/\u{8}\u{C}\n\r\té😀é😀")
    #expect(object[""]?.string == "x")
    #expect(object["none"] == nil)
  }

  @Test func keysAreComparedByBytes() throws {
    let text = "{\"\u{E9}\": 1, \"e\u{301}\": 2}"
    let object = try #require(try JSONValue(parsing: Array(text.utf8)).object)
    #expect(object["\u{E9}"]?.integer == 1)
    #expect(object["e\u{301}"]?.integer == 2)
  }

  @Test func numbersThatDoNotFitAreNone() throws {
    func value(_ text: String) throws -> JSONValue { try JSONValue(parsing: Array(text.utf8)) }
    #expect(try value("9223372036854775807").integer == .max)
    #expect(try value("9223372036854775808").integer == nil)
    #expect(try value("1e2").integer == nil)
    #expect(try value("1e999").double == nil)
    #expect(try value("\"1\"").integer == nil)
    #expect(try value("\"1\"").double == nil)
  }

  @Test(arguments: [
    ("null", "null"), ("true", "true"), ("false", "false"), ("12", "the number 12"),
    ("\"a\"", "the text 'a'"), ("[1, 2]", "a list of 2"), ("{}", "an object"),
  ])
  func valuesInWords(text: String, words: String) throws {
    #expect(try JSONValue(parsing: Array(text.utf8)).inWords == words)
  }

  @Test func longTextsAreShortenedInWords() throws {
    let text = "\"" + String(repeating: "a", count: 100) + "\""
    let words = try JSONValue(parsing: Array(text.utf8)).inWords
    #expect(words == "the text '" + String(repeating: "a", count: 60) + "…'")
  }

  @Test func quotedTextsAreReadBack() throws {
    let text =
      String(
        String.UnicodeScalarView((0..<0x250).compactMap { Unicode.Scalar(UInt32($0)) }))
      + "😀\u{2028}"
    let quoted = JSONValue.quoted(text)
    #expect(try JSONValue(parsing: Array(quoted.utf8)).string == text)
    #expect(JSONValue.quoted("a\u{1}\n\"\\/") == #""a\u0001\n\"\\/""#)
  }
}
