import Checkpoints
import Foundation
import TestSupport
import Testing

/// A `config.json` of a tiny BERT with some fields replaced.
struct BackboneConfigCase: Sendable, CustomTestStringConvertible {
  let id: String
  let json: String
  let sentence: String

  var testDescription: String { id }

  static let good: [String: String] = [
    "model_type": #""bert""#, "vocab_size": "50", "hidden_size": "12", "num_hidden_layers": "2",
    "num_attention_heads": "3", "intermediate_size": "24", "max_position_embeddings": "16",
  ]

  static func json(_ changes: [String: String?]) -> String {
    var fields = good
    for (key, value) in changes { fields[key] = value }
    return "{" + fields.map { "\"\($0.key)\": \($0.value)" }.sorted().joined(separator: ", ") + "}"
  }

  init(_ id: String, _ changes: [String: String?], _ sentence: String) {
    self.init(id, json: Self.json(changes), sentence)
  }

  init(_ id: String, json: String, _ sentence: String) {
    self.id = id
    self.json = json
    self.sentence = sentence
  }

  static let damaged: [BackboneConfigCase] = [
    .init(
      "not JSON", json: "",
      "not JSON: line 1, column 1: expected a value, "
        + "got the end of the text."),
    .init("list", json: "[]", "expected an object, got a list of 0."),
    .init(
      "duplicate key", json: #"{"a": 1, "a": 2}"#,
      "not JSON: line 1, column 10: the key 'a' stands twice in one object."),
    .init(
      "no type", ["model_type": nil],
      "'model_type' is missing. Is this the config.json of a Hugging Face model?"),
    .init(
      "type is a number", ["model_type": "1"],
      "'model_type' must be a text, got the number 1."),
    .init(
      "other architecture", ["model_type": #""t5""#],
      "model_type 't5' is not supported. Supported: bert."),
    .init(
      "no width", ["hidden_size": nil],
      "'hidden_size' is missing. Is this the config.json of a Hugging Face model?"),
    .init(
      "null width", ["hidden_size": "null"],
      "'hidden_size' is missing. Is this the config.json of a Hugging Face model?"),
    .init(
      "width is a text", ["hidden_size": #""12""#],
      "'hidden_size' must be a whole number from 1 to 65536, got the text '12'."),
    .init(
      "width is a fraction", ["hidden_size": "12.0"],
      "'hidden_size' must be a whole number from 1 to 65536, got 12.0."),
    .init(
      "negative width", ["hidden_size": "-12"],
      "'hidden_size' must be a whole number from 1 to 65536, got -12."),
    .init(
      "absurd width", ["hidden_size": "9999999999999999999999"],
      "'hidden_size' must be a whole number from 1 to 65536, got 9999999999999999999999."),
    .init(
      "no heads", ["num_attention_heads": "0"],
      "'num_attention_heads' must be a whole number from 1 to 1024, got 0."),
    .init(
      "heads do not divide", ["num_attention_heads": "5"],
      "'hidden_size' must be a multiple of 'num_attention_heads', got 12 and 5."),
    .init(
      "no layers", ["num_hidden_layers": "0"],
      "'num_hidden_layers' must be a whole number from 1 to 1024, got 0."),
    .init(
      "too many layers", ["num_hidden_layers": "1025"],
      "'num_hidden_layers' must be a whole number from 1 to 1024, got 1025."),
    .init(
      "empty vocabulary", ["vocab_size": "0"],
      "'vocab_size' must be a whole number from 1 to 10000000, got 0."),
    .init(
      "no positions", ["max_position_embeddings": "0"],
      "'max_position_embeddings' must be a whole number from 1 to 1048576, got 0."),
    .init(
      "feed-forward width", ["intermediate_size": "2000000"],
      "'intermediate_size' must be a whole number from 1 to 1048576, got 2000000."),
    .init(
      "segment kinds", ["type_vocab_size": "true"],
      "'type_vocab_size' must be a whole number from 1 to 1024, got true."),
    .init(
      "padding outside", ["pad_token_id": "50"],
      "'pad_token_id' must be a whole number from 0 to 49, got 50."),
    .init(
      "dropout of one", ["hidden_dropout_prob": "1"],
      "'hidden_dropout_prob' must be a number from 0, below 1, got 1."),
    .init(
      "negative dropout", ["attention_probs_dropout_prob": "-0.1"],
      "'attention_probs_dropout_prob' must be a number from 0, below 1, got -0.1."),
    .init(
      "dropout is a text", ["classifier_dropout": #""0.1""#],
      "'classifier_dropout' must be a number from 0, below 1, got the text '0.1'."),
    .init(
      "epsilon of zero", ["layer_norm_eps": "0"],
      "'layer_norm_eps' must be a number above 0, below 1.0, got 0."),
    .init(
      "infinite epsilon", ["layer_norm_eps": "1e999"],
      "'layer_norm_eps' must be a number above 0, below 1.0, got 1e999."),
    .init(
      "initial weights", ["initializer_range": "-1"],
      "'initializer_range' must be a number above 0, below 100.0, got -1."),
    .init(
      "other activation", ["hidden_act": #""mish""#],
      "'hidden_act' 'mish' is not supported. "
        + "Supported: gelu, gelu_new, gelu_pytorch_tanh, relu, tanh, silu, swish."),
    .init(
      "relative positions", ["position_embedding_type": #""relative_key""#],
      "'position_embedding_type' 'relative_key' is not supported. Supported: absolute."),
    .init(
      "decoder", ["is_decoder": "true"],
      "'is_decoder' true is not supported. Supported: false."),
    .init(
      "decoder is a number", ["is_decoder": "1"],
      "'is_decoder' must be true or false, got the number 1."),
    .init(
      "labels are a list", ["id2label": #"["a"]"#],
      "'id2label' must be an object, got a list of 1."),
    .init(
      "label is a number", ["id2label": #"{"0": 1}"#],
      "'id2label.0' must be a text, got the number 1."),
    .init(
      "labels with a hole", ["id2label": #"{"0": "a", "2": "b"}"#],
      "'id2label' must be an object with the keys 0 to 1, got the key '2'."),
  ]
}

@Suite struct BackboneDirectoryTests {
  @Test(arguments: BackboneConfigCase.damaged)
  func damagedConfigurationsGiveTheirSentence(_ example: BackboneConfigCase) throws {
    try TemporaryFolder.with { folder in
      try AtomicFile.write(example.json, to: "\(folder)/config.json")
      let error = #expect(throws: CheckpointError.self) { try BackboneDirectory(path: folder) }
      #expect(error?.description == "\(folder)/config.json: \(example.sentence)")
    }
  }

  @Test func fieldsAndDefaultsAreThoseOfBert() throws {
    try TemporaryFolder.with { folder in
      try AtomicFile.write(
        BackboneConfigCase.json(["unknown_key": "[1]", "pad_token_id": "null"]),
        to: "\(folder)/config.json")
      let config = try BackboneDirectory(path: folder).config
      #expect(config.modelType == "bert")
      #expect(config.vocabSize == 50)
      #expect(config.hiddenSize == 12)
      #expect(config.numHiddenLayers == 2)
      #expect(config.numAttentionHeads == 3)
      #expect(config.headWidth == 4)
      #expect(config.intermediateSize == 24)
      #expect(config.maxPositionEmbeddings == 16)
      #expect(config.typeVocabSize == 2)
      #expect(config.hiddenActivation == "gelu")
      #expect(config.hiddenDropout == 0.1)
      #expect(config.attentionDropout == 0.1)
      #expect(config.classifierDropout == 0.1)
      #expect(config.layerNormEpsilon == 1e-12)
      #expect(config.initializerRange == 0.02)
      #expect(config.padTokenID == 0)
      #expect(config.labels.isEmpty)
    }
  }

  @Test func everyFieldIsRead() throws {
    try TemporaryFolder.with { folder in
      try AtomicFile.write(
        BackboneConfigCase.json([
          "type_vocab_size": "3", "hidden_act": #""gelu_new""#, "hidden_dropout_prob": "0",
          "attention_probs_dropout_prob": "0.25", "classifier_dropout": "0.5",
          "layer_norm_eps": "1e-5", "initializer_range": "0.1", "pad_token_id": "1",
          "id2label": #"{"1": "yes", "0": "no"}"#,
        ]), to: "\(folder)/config.json")
      let config = try BackboneDirectory(path: folder).config
      #expect(config.typeVocabSize == 3)
      #expect(config.hiddenActivation == "gelu_new")
      #expect(config.hiddenDropout == 0)
      #expect(config.attentionDropout == 0.25)
      #expect(config.classifierDropout == 0.5)
      #expect(config.layerNormEpsilon == 1e-5)
      #expect(config.initializerRange == 0.1)
      #expect(config.padTokenID == 1)
      #expect(config.labels == ["no", "yes"])
    }
  }

  @Test func filesOfTheFolderAreFound() throws {
    try TemporaryFolder.with { folder in
      try AtomicFile.write(BackboneConfigCase.json([:]), to: "\(folder)/config.json")
      try AtomicFile.write("[UNK]\n", to: "\(folder)/vocab.txt")
      try AtomicFile.write("{}", to: "\(folder)/tokenizer_config.json")
      try SafetensorsWriter.write([], to: "\(folder)/model.safetensors")
      let directory = try BackboneDirectory(path: folder)
      #expect(
        directory.tokenizerFiles == ["\(folder)/vocab.txt", "\(folder)/tokenizer_config.json"])
      #expect(try directory.weightFiles() == ["\(folder)/model.safetensors"])
      #expect(try directory.weights().names.isEmpty)
      let hashes = try directory.contentHashes()
      #expect(
        hashes.map(\.file)
          == ["config.json", "model.safetensors", "vocab.txt", "tokenizer_config.json"])
      #expect(hashes.last?.sha256 == SHA256.hexadecimal(of: "{}"))
    }
  }

  @Test func shardsAreWeightFiles() throws {
    try TemporaryFolder.with { folder in
      try AtomicFile.write(BackboneConfigCase.json([:]), to: "\(folder)/config.json")
      try AtomicFile.write(
        #"{"weight_map": {"x": "b.safetensors", "y": "a.safetensors", "z": "b.safetensors"}}"#,
        to: "\(folder)/model.safetensors.index.json")
      #expect(
        try BackboneDirectory(path: folder).weightFiles().map { $0.dropFirst(folder.count + 1) }
          == ["model.safetensors.index.json", "a.safetensors", "b.safetensors"])
    }
  }

  @Test func missingFilesGiveTheirSentences() throws {
    try TemporaryFolder.with { folder in
      let missing = #expect(throws: CheckpointError.self) {
        try BackboneDirectory(path: "\(folder)/none")
      }
      #expect(missing?.description == "\(folder)/none: there is no such file. Check the path.")
      let empty = #expect(throws: CheckpointError.self) { try BackboneDirectory(path: folder) }
      #expect(
        empty?.description == "\(folder)/config.json: there is no such file. Check the path.")
    }
  }

  /// A real checkpoint of another architecture: all its tensors read, none is known.
  @Test(.enabled(if: Fixtures.sharedData("weights_retsim") != nil, "the real data are not here"))
  func aRealCheckpointOfAnotherArchitectureIsRead() throws {
    let folder = try #require(Fixtures.sharedData("weights_retsim")).path
    let reader = try WeightReader(directory: folder)
    #expect(reader.names.count == 23)
    let count = try reader.names.reduce(0) { $0 + (try reader.tensor($1).values.count) }
    #expect(count == 535_811)
  }
}
