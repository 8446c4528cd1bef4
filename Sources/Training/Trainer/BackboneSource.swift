internal import Backbones
internal import Checkpoints
internal import NeuralNets
internal import Tokenizers

/// A backbone with its tokenizer, opened by the name that a job gives.
struct BackboneSource {
  let backbone: any Backbone
  let tokenizer: Tokenizer
  private let files: BackboneDirectory
  private let casing: Casing?

  /// Opens `embedded` or a directory in the Hugging Face layout.
  ///
  /// - Parameters:
  ///   - casing: needed where no file says it (`vocab.txt` alone).
  ///   - dropout: the rate of hidden states and attention while training; 0 in a search.
  /// - Throws: `CheckpointError`, `TokenizerError` and `BackboneError`; `TrialError` where the
  ///   tokenizer has more tokens than the backbone has embeddings.
  init(name: String, casing: Casing? = nil, dropout: Double = 0) throws {
    let path = name == "embedded" ? try EmbeddedBackbone.path() : name
    let directory = try BackboneDirectory(path: path)
    files = directory
    self.casing = casing
    tokenizer = try Tokenizer(directory: path, casing: casing)
    guard tokenizer.vocabularySize <= directory.config.vocabSize else {
      throw TrialError.tokenizerTooLarge(
        tokens: tokenizer.vocabularySize, rows: directory.config.vocabSize)
    }
    let rate = Float(dropout)
    backbone = try BackboneRegistry.load(
      directory, dropout: BackboneDropout(hidden: rate, attention: rate))
  }

  /// Encodes examples, each cut to a length that the backbone can hold.
  func tokenize(_ examples: [Example], maximumLength: Int) -> TokenizedExamples {
    TokenizedExamples(examples, encode: encode(maximumLength: maximumLength))
  }

  /// The same from a cache, or left there.
  ///
  /// - Throws: `FileError` where the tokenizer's files cannot be read any more.
  func tokenize(
    _ examples: [Example], maximumLength: Int, cache: CacheFolder
  ) throws -> TokenizedExamples {
    var hash = ContentHash()
    hash.add("tokens 1")
    hash.add(min(maximumLength, backbone.maximumLength))
    hash.add(casing.map { "\($0)" } ?? "said by a file")
    for path in files.tokenizerFiles {
      let file = try MappedFile(path: path)
      hash.add(file.size)
      hash.add(file.bytes)
    }
    return TokenizedExamples(
      examples, tokenizer: hash, cache: cache, encode: encode(maximumLength: maximumLength))
  }

  /// The text of `config.json`, which decides what the tensors mean.
  func configurationText() throws -> String {
    let file = try MappedFile(path: "\(files.path)/config.json")
    return String(decoding: file.bytes, as: UTF8.self)
  }

  private func encode(
    maximumLength: Int
  ) -> (String, String?) -> TokenizedExamples.Sequence {
    let length = min(maximumLength, backbone.maximumLength)
    return { text, pair in
      let encoding = tokenizer.encode(text, pair: pair, maximumLength: length)
      return TokenizedExamples.Sequence(
        ids: encoding.ids, types: encoding.types, isTruncated: encoding.isTruncated)
    }
  }
}
