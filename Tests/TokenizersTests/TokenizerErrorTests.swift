import Foundation
import TestSupport
import Testing

@testable import Tokenizers

/// One damaged folder with the exact sentence that it must give; FOLDER stands for its path.
struct TokenizerErrorCase: Sendable, CustomTestStringConvertible {
  let id: String
  let files: [String: String]
  var casing: Casing?
  let sentence: String

  var testDescription: String { id }

  static let vocabulary = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\n##b\n"

  /// `vocab.txt` (a good one where nothing else is said) with a `tokenizer_config.json`.
  static func folder(
    _ id: String, vocabulary: String = vocabulary, config: String? = nil, map: String? = nil,
    casing: Casing? = nil, _ sentence: String
  ) -> TokenizerErrorCase {
    var files = ["vocab.txt": vocabulary]
    files["tokenizer_config.json"] = config
    files["special_tokens_map.json"] = map
    return TokenizerErrorCase(id: id, files: files, casing: casing, sentence: sentence)
  }

  /// The committed `tokenizer.json` with one piece of its text replaced.
  static func json(
    _ id: String, _ piece: String, _ replacement: String, fixture: String = "uncased",
    config: String? = nil, casing: Casing? = nil, _ sentence: String
  ) -> TokenizerErrorCase {
    let good =
      (try? String(
        contentsOf: Fixtures.url("tokenizers/\(fixture)/tokenizer.json"), encoding: .utf8)) ?? ""
    var files = ["tokenizer.json": good.replacingOccurrences(of: piece, with: replacement)]
    files["tokenizer_config.json"] = config
    return TokenizerErrorCase(
      id: id, files: files, casing: casing, sentence: "FOLDER/tokenizer.json: " + sentence)
  }

  static let folders: [TokenizerErrorCase] = [
    TokenizerErrorCase(
      id: "no files", files: [:],
      sentence: "FOLDER: no tokenizer.json and no vocab.txt here. Is this the folder of a model?"),
    folder(
      "vocabulary alone",
      "FOLDER/vocab.txt: nothing here says whether letters become small before the vocabulary is "
        + "asked. Say --uncased or --cased, or add a tokenizer_config.json with "
        + "\"do_lower_case\"."),
    folder(
      "config without casing", config: "{}",
      "FOLDER/vocab.txt: nothing here says whether letters become small before the vocabulary is "
        + "asked. Say --uncased or --cased, or add a tokenizer_config.json with "
        + "\"do_lower_case\"."),
    folder(
      "casing contradicted", config: #"{"do_lower_case": true}"#, casing: .cased,
      "FOLDER/tokenizer_config.json: --cased contradicts the file, which is uncased. "
        + "Leave the option out."),
    folder(
      "empty vocabulary", vocabulary: "", casing: .cased,
      "FOLDER/vocab.txt: the vocabulary is empty."),
    folder(
      "empty line", vocabulary: "[UNK]\n\n[CLS]\n", casing: .cased,
      "FOLDER/vocab.txt:2: the line is empty, expected a token."),
    folder(
      "duplicate token", vocabulary: vocabulary + "a\n", casing: .cased,
      "FOLDER/vocab.txt:8: the token 'a' stands in line 6 already."),
    folder(
      "byte order mark", vocabulary: "\u{FEFF}" + vocabulary, casing: .cased,
      "FOLDER/vocab.txt: the file starts with a byte order mark. Remove it."),
    folder(
      "no unknown token", vocabulary: "[CLS]\n[SEP]\n", casing: .cased,
      "FOLDER/vocab.txt: the unk_token '[UNK]' is not in the vocabulary."),
    folder(
      "no separator", vocabulary: "[CLS]\n[UNK]\n", casing: .cased,
      "FOLDER/vocab.txt: the sep_token '[SEP]' is not in the vocabulary."),
    folder(
      "named token missing", map: #"{"mask_token": {"content": "<mask>"}}"#, casing: .cased,
      "FOLDER/vocab.txt: the mask_token '<mask>' is not in the vocabulary."),
    folder(
      "additional token missing", config: #"{"additional_special_tokens": ["<e>"]}"#,
      casing: .cased,
      "FOLDER/vocab.txt: the additional special token '<e>' is not in the vocabulary."),
    folder(
      "config not JSON", config: "{", casing: .cased,
      "FOLDER/tokenizer_config.json: not JSON: line 1, column 2: "
        + "expected a key in double quotes, got the end of the text."),
    folder(
      "config not an object", config: "[]", casing: .cased,
      "FOLDER/tokenizer_config.json: not JSON: expected an object, got a list of 0."),
    folder(
      "switch of a wrong type", config: #"{"do_lower_case": "yes"}"#,
      "FOLDER/tokenizer_config.json: 'do_lower_case' must be true, false or null, "
        + "got the text 'yes'."),
    folder(
      "token of a wrong type", config: #"{"unk_token": 3}"#, casing: .cased,
      "FOLDER/tokenizer_config.json: 'unk_token' must be a text or an object, got the number 3."),
    folder(
      "other class", config: #"{"tokenizer_class": "RobertaTokenizer"}"#, casing: .cased,
      "FOLDER/tokenizer_config.json: tokenizer_class 'RobertaTokenizer' is not supported. "
        + "Supported: BertTokenizer, BertTokenizerFast, DistilBertTokenizer, "
        + "DistilBertTokenizerFast, ElectraTokenizer, ElectraTokenizerFast."),
    folder(
      "no basic tokenizer", config: #"{"do_basic_tokenize": false}"#, casing: .cased,
      "FOLDER/tokenizer_config.json: do_basic_tokenize false is not supported. Supported: true."),
    folder(
      "never split", config: #"{"never_split": ["x"]}"#, casing: .cased,
      "FOLDER/tokenizer_config.json: never_split a list of 1 is not supported. Supported: null."),
    folder(
      "added token by no number", config: #"{"added_tokens_decoder": {"x": {"content": "y"}}}"#,
      casing: .cased,
      "FOLDER/tokenizer_config.json: 'added_tokens_decoder' must be an object by token numbers, "
        + "got the key 'x'."),
    folder(
      "added token on a taken number",
      config: #"{"added_tokens_decoder": {"5": {"content": "y"}}}"#, casing: .cased,
      "FOLDER/vocab.txt: the tokens 'a' and 'y' have the same number 5."),
  ]
}

@Suite struct TokenizerErrorTests {
  @Test(arguments: TokenizerErrorCase.folders + TokenizerErrorCase.parts)
  func damagedFilesGiveTheirSentence(_ example: TokenizerErrorCase) throws {
    try TemporaryFolder.with { folder in
      for (name, text) in example.files {
        try text.write(toFile: "\(folder)/\(name)", atomically: false, encoding: .utf8)
      }
      let error = #expect(throws: TokenizerError.self) {
        try Tokenizer(directory: folder, casing: example.casing)
      }
      let sentence = error?.description.replacingOccurrences(of: folder, with: "FOLDER")
      #expect(sentence == example.sentence)
    }
  }

  @Test func aFolderInPlaceOfAFileGivesItsSentence() throws {
    try TemporaryFolder.with { folder in
      try FileManager.default.createDirectory(
        atPath: "\(folder)/vocab.txt", withIntermediateDirectories: false)
      let error = #expect(throws: TokenizerError.self) {
        try Tokenizer(directory: folder, casing: .cased)
      }
      #expect(
        error?.description == "\(folder)/vocab.txt: cannot read: it is not a regular file.")
    }
  }

  @Test func bytesThatAreNotUTF8GiveTheirSentence() throws {
    try TemporaryFolder.with { folder in
      try Data([0x61, 0x0A, 0xFF, 0x0A]).write(to: URL(filePath: "\(folder)/vocab.txt"))
      let error = #expect(throws: TokenizerError.self) {
        try Tokenizer(directory: folder, casing: .cased)
      }
      #expect(error?.description == "\(folder)/vocab.txt: the file is not UTF-8.")
    }
  }

  @Test func aTokenizerCutOffAnywhereIsAnError() throws {
    let good = try Data(contentsOf: Fixtures.url("tokenizers/uncased/tokenizer.json"))
    try TemporaryFolder.with { folder in
      for count in stride(from: 0, to: good.count - 1, by: 61) {
        try good.prefix(count).write(to: URL(filePath: "\(folder)/tokenizer.json"))
        #expect(throws: TokenizerError.self) { try Tokenizer(directory: folder) }
      }
    }
  }
}
