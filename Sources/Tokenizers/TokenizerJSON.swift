internal import StrictJSON

/// Reads `tokenizer.json`, the one-file format of Hugging Face `tokenizers`.
///
/// Read are the parts of BERT's pipeline: BertNormalizer, BertPreTokenizer, WordPiece,
/// TemplateProcessing or BertProcessing, and added tokens. Any other type is refused by name.
/// Truncation and padding of the file are not used: the length is said at every call, and batches
/// are packed. The decoder is not used either.
///
/// Reference: huggingface/tokenizers tokenizers/src/tokenizer/serialization.rs.
enum TokenizerJSON {
  static func load(
    _ path: String, names: SpecialTokenNames
  ) throws(TokenizerError) -> TokenizerParts {
    let file = try JSONFields(file: path)
    try file.allow([
      "version", "truncation", "padding", "added_tokens", "normalizer", "pre_tokenizer",
      "post_processor", "decoder", "model",
    ])
    let version = try file.text("version")
    guard version == "1.0" else {
      throw .unsupported(path: path, part: "version", got: "'\(version)'", supported: ["1.0"])
    }
    let normalizer = try normalizer(try part("normalizer", of: file, ["BertNormalizer"]))
    try part("pre_tokenizer", of: file, ["BertPreTokenizer"]).allow(["type"])
    let modelFields = try part("model", of: file, ["WordPiece"])
    try modelFields.allow([
      "type", "unk_token", "continuing_subword_prefix", "max_input_chars_per_word", "vocab",
    ])
    var vocabulary = try self.vocabulary(modelFields)
    let model = try wordPiece(modelFields, vocabulary)
    let addedTokens = try self.addedTokens(file, &vocabulary)
    let template = try PostProcessorJSON.template(
      try part("post_processor", of: file, ["TemplateProcessing", "BertProcessing"]), vocabulary)
    let (classification, separator) = try PostProcessorJSON.ends(of: template, path: path)
    return TokenizerParts(
      vocabulary: vocabulary, normalizer: normalizer, model: model, template: template,
      addedTokens: addedTokens,
      specialTokens: SpecialTokens(
        unknown: model.unknown, classification: classification, separator: separator,
        padding: try names.id(.padding, in: vocabulary, path: path),
        mask: try names.id(.mask, in: vocabulary, path: path)))
  }

  /// A part of the pipeline whose type is one of those that are implemented.
  private static func part(
    _ field: String, of file: JSONFields, _ supported: [String]
  ) throws(TokenizerError) -> JSONFields {
    guard let value = file.optional(field) else {
      throw .unsupported(path: file.path, part: field, got: "null", supported: supported)
    }
    let fields = try file.fields(field, of: value)
    let type = try fields.text("type")
    guard supported.contains(type) else {
      throw .unsupported(path: file.path, part: field, got: "'\(type)'", supported: supported)
    }
    return fields
  }

  private static func normalizer(_ fields: JSONFields) throws(TokenizerError) -> BertNormalizer {
    try fields.allow(["type", "clean_text", "handle_chinese_chars", "strip_accents", "lowercase"])
    return BertNormalizer(
      cleansText: try fields.flag("clean_text"),
      separatesChineseCharacters: try fields.flag("handle_chinese_chars"),
      stripsAccents: try fields.optionalFlag("strip_accents"),
      lowercases: try fields.flag("lowercase"))
  }

  private static func vocabulary(_ fields: JSONFields) throws(TokenizerError) -> Vocabulary {
    let vocab = try fields.fields("vocab")
    var vocabulary = Vocabulary()
    for member in vocab.object.members {
      guard let number = member.value.integer, (0...10_000_000).contains(number) else {
        throw vocab.wrong(member.key, "a whole number from 0 to 10000000", member.value)
      }
      if !vocabulary.insert(member.key, id: Int32(number)) {
        throw .duplicateNumber(
          path: fields.path, number: number,
          first: vocabulary.text(of: Int32(number)) ?? member.key, second: member.key)
      }
    }
    if vocabulary.entries.isEmpty { throw .emptyVocabulary(path: fields.path) }
    return vocabulary
  }

  private static func wordPiece(
    _ fields: JSONFields, _ vocabulary: Vocabulary
  ) throws(TokenizerError) -> WordPiece {
    let unknown = try fields.text("unk_token")
    guard let unknownID = vocabulary.id(of: unknown) else {
      throw .missingToken(path: fields.path, token: unknown, role: "unk_token")
    }
    return WordPiece(
      vocabulary: vocabulary, unknown: unknownID,
      continuationPrefix: try fields.text("continuing_subword_prefix"),
      wordLimit: try fields.number("max_input_chars_per_word"))
  }

  /// The added tokens; those that the model does not have join the vocabulary.
  private static func addedTokens(
    _ file: JSONFields, _ vocabulary: inout Vocabulary
  ) throws(TokenizerError) -> [AddedToken] {
    var result: [AddedToken] = []
    for (index, value) in try file.list("added_tokens").enumerated() {
      let fields = try file.fields("added_tokens[\(index)]", of: value)
      try fields.allow([
        "id", "content", "single_word", "lstrip", "rstrip", "normalized", "special",
      ])
      let number = try fields.number("id")
      let token = try fields.addedToken(id: Int32(number))
      try vocabulary.add(token, path: file.path)
      result.append(token)
    }
    return result
  }
}

extension Vocabulary {
  /// Adds an added token, or checks its number where the vocabulary has it already.
  mutating func add(_ token: AddedToken, path: String) throws(TokenizerError) {
    if let known = id(of: token.content) {
      guard known == token.id else {
        throw .addedTokenNumber(
          path: path, token: token.content, number: Int(token.id), inVocabulary: Int(known))
      }
    } else if !insert(token.content, id: token.id) {
      throw .duplicateNumber(
        path: path, number: Int(token.id), first: text(of: token.id) ?? "",
        second: token.content)
    }
  }
}
