internal import StrictJSON

/// What `tokenizer_config.json` and `special_tokens_map.json` say: the texts of the special tokens
/// and the switches of BERT's normaliser.
///
/// Reference: huggingface/transformers src/transformers/models/bert/tokenization_bert.py;
/// tokenization_utils_base.py, `_from_pretrained`.
struct SpecialTokenNames {
  enum Role: String, CaseIterable {
    case unknown = "unk_token"
    case classification = "cls_token"
    case separator = "sep_token"
    case padding = "pad_token"
    case mask = "mask_token"

    /// BERT's own text.
    var standard: String {
      switch self {
      case .unknown: return "[UNK]"
      case .classification: return "[CLS]"
      case .separator: return "[SEP]"
      case .padding: return "[PAD]"
      case .mask: return "[MASK]"
      }
    }
  }

  /// The tokens that a file names; numbers are found in the vocabulary later.
  private(set) var named: [Role: AddedToken] = [:]
  /// Further special tokens of the files.
  private(set) var additional: [AddedToken] = []

  /// What the files beside a vocabulary say; a file that does not exist says nothing.
  init(config: JSONFields?, map: JSONFields?) throws(TokenizerError) {
    if let config { try read(config) }
    // Files with the numbers of all added tokens are newer than the map, which is then not read.
    if let map, config?.optional("added_tokens_decoder") == nil { try read(map) }
  }

  /// The number of a special token: nil where no file names it and the vocabulary lacks it.
  ///
  /// - Throws: `.missingToken` where a file names a token that the vocabulary lacks.
  func id(
    _ role: Role, in vocabulary: Vocabulary, path: String
  ) throws(TokenizerError) -> Int32? {
    if let id = vocabulary.id(of: text(role)) { return id }
    if named[role] != nil {
      throw .missingToken(path: path, token: text(role), role: role.rawValue)
    }
    return nil
  }

  /// The number of a special token that every tokenizer needs.
  func requiredID(
    _ role: Role, in vocabulary: Vocabulary, path: String
  ) throws(TokenizerError) -> Int32 {
    guard let id = try id(role, in: vocabulary, path: path) else {
      throw .missingToken(path: path, token: text(role), role: role.rawValue)
    }
    return id
  }

  /// All special tokens that the vocabulary holds, with their numbers.
  func addedTokens(
    in vocabulary: Vocabulary, path: String
  ) throws(TokenizerError) -> [AddedToken] {
    var result: [AddedToken] = []
    for role in Role.allCases {
      guard let id = try id(role, in: vocabulary, path: path) else { continue }
      result.append((named[role] ?? AddedToken(content: role.standard, id: id)).numbered(id))
    }
    for token in additional {
      guard let id = vocabulary.id(of: token.content) else {
        throw .missingToken(path: path, token: token.content, role: "additional special token")
      }
      result.append(token.numbered(id))
    }
    return result
  }

  private func text(_ role: Role) -> String { named[role]?.content ?? role.standard }

  private mutating func read(_ fields: JSONFields) throws(TokenizerError) {
    for role in Role.allCases {
      guard let value = fields.optional(role.rawValue) else { continue }
      named[role] = try token(role.rawValue, value, fields)
    }
    guard let list = fields.optional("additional_special_tokens") else { return }
    guard let values = list.array else {
      throw fields.wrong("additional_special_tokens", "a list", list)
    }
    for (index, value) in values.enumerated() {
      additional.append(try token("additional_special_tokens[\(index)]", value, fields))
    }
  }

  /// A token is written as its text, or as an object with `content`.
  private func token(
    _ field: String, _ value: JSONValue, _ fields: JSONFields
  ) throws(TokenizerError) -> AddedToken {
    if let text = value.string { return AddedToken(content: text, id: 0) }
    guard value.object != nil else { throw fields.wrong(field, "a text or an object", value) }
    return try fields.fields(field, of: value).addedToken(id: 0)
  }
}

extension AddedToken {
  func numbered(_ id: Int32) -> AddedToken {
    AddedToken(
      content: content, id: id, isSingleWord: isSingleWord, stripsLeft: stripsLeft,
      stripsRight: stripsRight, isNormalized: isNormalized)
  }
}
