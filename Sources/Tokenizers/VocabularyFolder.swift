internal import StrictJSON

/// Reads `vocab.txt` with what `tokenizer_config.json` and `special_tokens_map.json` say.
///
/// `vocab.txt` holds one token a line; the number of a token is its line, counted from 0.
enum VocabularyFolder {
  /// Tokenizer classes of transformers that are BERT's WordPiece.
  static let supportedClasses = [
    "BertTokenizer", "BertTokenizerFast", "DistilBertTokenizer", "DistilBertTokenizerFast",
    "ElectraTokenizer", "ElectraTokenizerFast",
  ]

  static func load(
    _ path: String, config: JSONFields?, names: SpecialTokenNames, casing: Casing?
  ) throws(TokenizerError) -> TokenizerParts {
    var vocabulary = try tokens(try TextFile.bytes(of: path), path: path)
    if let config { try refuseVariants(config) }
    let normalizer = try normalizer(path, config, casing)
    var added = try config.map(addedTokens) ?? []
    for token in added { try vocabulary.add(token, path: path) }
    let special = try names.addedTokens(in: vocabulary, path: path)
    let numbered = Set(added.map(\.id))
    added += special.filter { !numbered.contains($0.id) }
    return try parts(vocabulary, normalizer, added, names, path: path)
  }

  static func parts(
    _ vocabulary: Vocabulary, _ normalizer: BertNormalizer, _ added: [AddedToken],
    _ names: SpecialTokenNames, path: String
  ) throws(TokenizerError) -> TokenizerParts {
    let special = SpecialTokens(
      unknown: try names.requiredID(.unknown, in: vocabulary, path: path),
      classification: try names.requiredID(.classification, in: vocabulary, path: path),
      separator: try names.requiredID(.separator, in: vocabulary, path: path),
      padding: try names.id(.padding, in: vocabulary, path: path),
      mask: try names.id(.mask, in: vocabulary, path: path))
    return TokenizerParts(
      vocabulary: vocabulary, normalizer: normalizer,
      model: WordPiece(vocabulary: vocabulary, unknown: special.unknown),
      template: .bert(classification: special.classification, separator: special.separator),
      addedTokens: added, specialTokens: special)
  }

  /// The tokens of a `vocab.txt`; lines end with LF or CR LF.
  static func tokens(_ bytes: [UInt8], path: String) throws(TokenizerError) -> Vocabulary {
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { throw .byteOrderMark(path: path) }
    var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    if lines.last?.isEmpty == true { lines.removeLast() }
    var tokens: [String] = []
    for line in lines {
      let content = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
      guard let token = String(validating: content, as: UTF8.self) else {
        throw .notUTF8(path: path)
      }
      tokens.append(token)
    }
    return try numbered(tokens, path: path)
  }

  /// Tokens with their places as numbers.
  static func numbered(_ tokens: [String], path: String) throws(TokenizerError) -> Vocabulary {
    if tokens.isEmpty { throw .emptyVocabulary(path: path) }
    var vocabulary = Vocabulary()
    for (number, token) in tokens.enumerated() {
      if token.isEmpty { throw .emptyLine(path: path, line: number + 1) }
      if !vocabulary.insert(token, id: Int32(number)) {
        let first = vocabulary.id(of: token).map { Int($0) + 1 } ?? 0
        throw .duplicateToken(path: path, token: token, first: first, second: number + 1)
      }
    }
    return vocabulary
  }

  private static func normalizer(
    _ path: String, _ config: JSONFields?, _ casing: Casing?
  ) throws(TokenizerError) -> BertNormalizer {
    let found = try config?.optionalFlag("do_lower_case").map { $0 ? Casing.uncased : .cased }
    if let casing, let found, casing != found, let config {
      throw .casingContradicted(path: config.path, said: casing, found: found)
    }
    guard let casing = found ?? casing else { throw .casingUnknown(path: path) }
    return BertNormalizer(
      cleansText: try config?.optionalFlag("clean_text") ?? true,
      separatesChineseCharacters: try config?.optionalFlag("tokenize_chinese_chars") ?? true,
      stripsAccents: try config?.optionalFlag("strip_accents"),
      lowercases: casing == .uncased)
  }

  /// Settings of a `tokenizer_config.json` that ask for another pipeline.
  private static func refuseVariants(_ config: JSONFields) throws(TokenizerError) {
    if let value = config.optional("tokenizer_class") {
      guard let name = value.string else { throw config.wrong("tokenizer_class", "a text", value) }
      guard supportedClasses.contains(name) else {
        throw .unsupported(
          path: config.path, part: "tokenizer_class", got: "'\(name)'",
          supported: supportedClasses)
      }
    }
    if try config.optionalFlag("do_basic_tokenize") == false {
      throw .unsupported(
        path: config.path, part: "do_basic_tokenize", got: "false", supported: ["true"])
    }
    if let value = config.optional("never_split"), value.array?.isEmpty != true {
      throw .unsupported(
        path: config.path, part: "never_split", got: value.inWords, supported: ["null"])
    }
  }

  /// The tokens of `added_tokens_decoder`, an object from numbers to tokens.
  private static func addedTokens(_ config: JSONFields) throws(TokenizerError) -> [AddedToken] {
    guard let value = config.optional("added_tokens_decoder") else { return [] }
    let decoder = try config.fields("added_tokens_decoder", of: value)
    var result: [AddedToken] = []
    for member in decoder.object.members {
      let fields = try decoder.fields(member.key, of: member.value)
      guard let number = Int(member.key), (0...10_000_000).contains(number) else {
        throw .wrongValue(
          path: config.path, field: "added_tokens_decoder", expected: "an object by token numbers",
          got: "the key '\(member.key)'")
      }
      result.append(try fields.addedToken(id: Int32(number)))
    }
    return result
  }
}
