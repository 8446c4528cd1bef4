internal import StrictJSON

/// Reads the `post_processor` of a `tokenizer.json`.
///
/// Reference: huggingface/tokenizers tokenizers/src/processors/template.rs, bert.rs.
enum PostProcessorJSON {
  static func template(
    _ fields: JSONFields, _ vocabulary: Vocabulary
  ) throws(TokenizerError) -> TokenTemplate {
    if try fields.text("type") == "BertProcessing" {
      try fields.allow(["type", "sep", "cls"])
      return .bert(
        classification: try namedToken("cls", fields, vocabulary),
        separator: try namedToken("sep", fields, vocabulary))
    }
    try fields.allow(["type", "single", "pair", "special_tokens"])
    let special = try specialTokens(try fields.fields("special_tokens"))
    let result = TokenTemplate(
      single: try pieces("single", fields, special), pair: try pieces("pair", fields, special))
    try check(result, fields)
    return result
  }

  /// The special token before a single text and the one after it.
  static func ends(
    of template: TokenTemplate, path: String
  ) throws(TokenizerError) -> (classification: Int32, separator: Int32) {
    guard case .special(let first, _) = template.single.first,
      case .special(let last, _) = template.single.last
    else {
      throw .unsupported(
        path: path, part: "post_processor", got: "without a special token at both ends of a text",
        supported: ["[CLS] A [SEP]"])
    }
    return (first, last)
  }

  /// The token of `"cls": ["[CLS]", 101]`.
  private static func namedToken(
    _ field: String, _ fields: JSONFields, _ vocabulary: Vocabulary
  ) throws(TokenizerError) -> Int32 {
    let value = try fields.required(field)
    guard let pair = value.array, pair.count == 2, let text = pair[0].string,
      let number = pair[1].integer
    else { throw fields.wrong(field, "a token with its number", value) }
    guard let id = vocabulary.id(of: text) else {
      throw .missingToken(path: fields.path, token: text, role: "post_processor.\(field)")
    }
    guard Int(id) == number else {
      throw .addedTokenNumber(
        path: fields.path, token: text, number: number, inVocabulary: Int(id))
    }
    return id
  }

  /// Numbers of the special tokens by the name that the template uses.
  private static func specialTokens(
    _ fields: JSONFields
  ) throws(TokenizerError) -> [ExactText: [Int32]] {
    var result: [ExactText: [Int32]] = [:]
    for member in fields.object.members {
      let token = try fields.fields(member.key, of: member.value)
      var ids: [Int32] = []
      for value in try token.list("ids") {
        guard let number = value.integer, (0...10_000_000).contains(number) else {
          throw token.wrong("ids", "a list of token numbers", value)
        }
        ids.append(Int32(number))
      }
      result[ExactText(member.key)] = ids
    }
    return result
  }

  private static func pieces(
    _ field: String, _ fields: JSONFields, _ special: [ExactText: [Int32]]
  ) throws(TokenizerError) -> [TokenTemplate.Piece] {
    var result: [TokenTemplate.Piece] = []
    for (index, value) in try fields.list(field).enumerated() {
      let piece = try fields.fields("\(field)[\(index)]", of: value)
      try piece.allow(["SpecialToken", "Sequence"])
      if piece.object["SpecialToken"] != nil {
        let token = try piece.fields("SpecialToken")
        let name = try token.text("id")
        guard let ids = special[ExactText(name)] else {
          throw .missingField(path: fields.path, field: fields.name("special_tokens.\(name)"))
        }
        let type = Int32(try token.number("type_id"))
        result += ids.map { .special(id: $0, type: type) }
      } else {
        let sequence = try piece.fields("Sequence")
        let type = Int32(try sequence.number("type_id"))
        switch try sequence.text("id") {
        case "A": result.append(.first(type: type))
        case "B": result.append(.second(type: type))
        default: throw sequence.wrong("id", "'A' or 'B'", try sequence.required("id"))
        }
      }
    }
    return result
  }

  /// A single text stands once in its template, both texts of a pair stand once in theirs.
  private static func check(
    _ template: TokenTemplate, _ fields: JSONFields
  ) throws(TokenizerError) {
    for (field, pieces, seconds) in [("single", template.single, 0), ("pair", template.pair, 1)] {
      let first = pieces.count { if case .first = $0 { true } else { false } }
      let second = pieces.count { if case .second = $0 { true } else { false } }
      guard first == 1, second == seconds else {
        throw .wrongValue(
          path: fields.path, field: fields.name(field),
          expected: seconds == 0 ? "a template with A once" : "a template with A and B once each",
          got: "A \(first) times, B \(second) times")
      }
    }
  }
}
