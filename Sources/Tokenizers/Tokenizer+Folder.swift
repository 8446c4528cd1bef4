internal import StrictJSON

extension Tokenizer {
  /// Loads the tokenizer of a model's folder.
  ///
  /// Read is `tokenizer.json`, else `vocab.txt` with `tokenizer_config.json` and
  /// `special_tokens_map.json` where they exist.
  ///
  /// - Parameters:
  ///   - directory: The folder.
  ///   - casing: Needed where no file says it (`vocab.txt` alone); an error where a file says
  ///     otherwise.
  /// - Throws: `TokenizerError`.
  public init(directory: String, casing: Casing? = nil) throws(TokenizerError) {
    let json = directory + "/tokenizer.json"
    let vocabulary = directory + "/vocab.txt"
    let config = try Self.fields(directory + "/tokenizer_config.json")
    let map = try Self.fields(directory + "/special_tokens_map.json")
    let names = try SpecialTokenNames(config: config, map: map)
    if TextFile.exists(json) {
      let parts = try TokenizerJSON.load(json, names: names)
      try Self.check(parts.normalizer, path: json, config: config, casing: casing)
      self.init(parts)
    } else if TextFile.exists(vocabulary) {
      self.init(
        try VocabularyFolder.load(vocabulary, config: config, names: names, casing: casing))
    } else {
      throw .noFiles(folder: directory)
    }
  }

  /// A tokenizer over a given vocabulary, as a `vocab.txt` of these lines would give it.
  ///
  /// The words must hold [UNK], [CLS] and [SEP]; a word's number is its place in the list.
  public init(words: [String], casing: Casing) throws(TokenizerError) {
    let path = "the given vocabulary"
    let vocabulary = try VocabularyFolder.numbered(words, path: path)
    let names = try SpecialTokenNames(config: nil, map: nil)
    self.init(
      try VocabularyFolder.parts(
        vocabulary, BertNormalizer(lowercases: casing == .uncased),
        try names.addedTokens(in: vocabulary, path: path), names, path: path))
  }

  private static func fields(_ path: String) throws(TokenizerError) -> JSONFields? {
    TextFile.exists(path) ? try JSONFields(file: path) : nil
  }

  /// The option and `tokenizer_config.json` must not contradict `tokenizer.json`.
  private static func check(
    _ normalizer: BertNormalizer, path: String, config: JSONFields?, casing: Casing?
  ) throws(TokenizerError) {
    let found: Casing = normalizer.lowercases ? .uncased : .cased
    if let casing, casing != found {
      throw .casingContradicted(path: path, said: casing, found: found)
    }
    if let config, let flag = try config.optionalFlag("do_lower_case"),
      flag != normalizer.lowercases
    {
      throw .filesContradict(
        path: path, other: config.path, field: "lowercase", here: "\(normalizer.lowercases)",
        there: "'do_lower_case' is \(flag)")
    }
  }
}
