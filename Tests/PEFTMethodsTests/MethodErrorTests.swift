import Backbones
import LinearAlgebra
import NeuralNets
import PEFTMethods
import SearchSpaces
import Testing

/// Every sentence of `MethodError`, from the input that causes it.
@Suite struct MethodErrorTests {
  struct Row: Sendable, CustomTestStringConvertible {
    let id: String
    let sentence: String
    let cause: @Sendable () throws -> Void

    init(_ id: String, _ sentence: String, _ cause: @escaping @Sendable () throws -> Void) {
      self.id = id
      self.sentence = sentence
      self.cause = cause
    }

    var testDescription: String { id }
  }

  @Test(arguments: instanceRows + placementRows + tensorRows)
  func sentence(_ row: Row) {
    let error = #expect(throws: MethodError.self) { try row.cause() }
    #expect(error?.description == row.sentence)
  }

  private static func read(_ name: String, _ parameters: [String: ParameterValue]) throws {
    _ = try MethodRegistry.method(MethodInstance(name, parameters))
  }

  static let instanceRows: [Row] = [
    Row(
      "encoder without width",
      "method 'p-tuning': encoder must be mlp where encoder-width is 0, as no encoder is left, "
        + "got 'lstm'."
    ) { try read("p-tuning", ["encoder": .text("lstm"), "encoder-width": .integer(0)]) },
    Row(
      "unknown method",
      "unknown method 'lroa'. Methods are: "
        + MethodRegistry.schemas.map(\.name).joined(separator: ", ") + "."
    ) { try read("lroa", [:]) },
    Row(
      "unknown parameter",
      "method 'bitfit' has no parameter 'rank'. Its parameters are: terms, learning-rate."
    ) { try read("bitfit", ["rank": .integer(8)]) },
    Row(
      "whole number of the wrong type",
      "method 'lora': rank must be a whole number from 1 to 8192, got 'eight'."
    ) { try read("lora", ["rank": .text("eight")]) },
    Row(
      "whole number out of range",
      "method 'lora': rank must be a whole number from 1 to 8192, got 0."
    ) { try read("lora", ["rank": .integer(0)]) },
    Row("number out of range", "method 'lora': dropout must be a number from 0.0 to 0.9, got 1.0.")
    {
      try read("lora", ["dropout": .number(1)])
    },
    Row(
      "not a number",
      "method 'lora': dropout must be a number from 0.0 to 0.9, got nan."
    ) { try read("lora", ["dropout": .number(.nan)]) },
    Row(
      "unknown choice",
      "method 'parallel-adapter': placement must be one of feed-forward, attention, both, got 'ffn'."
    ) { try read("parallel-adapter", ["placement": .text("ffn")]) },
    Row(
      "unknown member of a subset",
      "method 'bitfit': terms must be a list of at least 1 of query, value, output, ffn-in, "
        + "ffn-out, attention-norm, ffn-norm, got [query, key]."
    ) { try read("bitfit", ["terms": .list(["query", "key"])]) },
    Row(
      "empty subset",
      "method 'lora': targets must be a list of at least 1 of query, key, value, output, ffn-in, "
        + "ffn-out, got []."
    ) { try read("lora", ["targets": .list([])]) },
    Row(
      "repeated member of a subset",
      "method 'lora': targets must be a list of at least 1 of query, key, value, output, ffn-in, "
        + "ffn-out, got [key, key]."
    ) { try read("lora", ["targets": .list(["key", "key"])]) },
    Row(
      "flag for a choice",
      "method 'adapter': activation must be one of relu, gelu, gelu-tanh, silu, tanh, got true."
    ) { try read("adapter", ["activation": .flag(true)]) },
  ]

  /// A prompt of so many rows on 20 positions.
  private static func prompt(_ rows: Int, beside other: MethodInstance? = nil) throws {
    let prompt = MethodInstance("prompt-tuning", ["length": .integer(rows)])
    _ = try TinyModel(PEFTConfiguration((3, []), model: [other, prompt].compactMap { $0 }))
  }

  private static let lora = MethodInstance("lora", ["rank": .integer(2)])
  private static let tables = MethodInstance("embeddings", [:])

  static let placementRows: [Row] = [
    Row(
      "layer count",
      "the configuration's groups hold 4 layers, the backbone has 3. "
        + "Make the group sizes sum to 3."
    ) { _ = try TinyModel(PEFTConfiguration((4, [lora]))) },
    Row(
      "model-wide method in a group",
      "method 'embeddings' belongs to the model's list and stands in a layer group. Move it to "
        + "the model's list."
    ) { _ = try TinyModel(PEFTConfiguration((3, [tables]))) },
    Row(
      "layer method in the model",
      "method 'lora' belongs to a layer group and stands in the model's list. Move it to a layer "
        + "group."
    ) { _ = try TinyModel(PEFTConfiguration((3, []), model: [lora])) },
    Row(
      "method twice in a group",
      "method 'lora' stands twice in one layer group (layer 1). Keep one of them."
    ) {
      _ = try TinyModel(
        PEFTConfiguration((1, []), (2, [lora, MethodInstance("lora", ["rank": .integer(3)])])))
    },
    Row(
      "method twice in the model",
      "method 'embeddings' stands twice in the model's list. Keep one of them."
    ) { _ = try TinyModel(PEFTConfiguration((3, []), model: [tables, tables])) },
    Row(
      "two methods claim one weight",
      "layer 2: methods 'bitfit' and 'full' both rewrite 'query.bias'. Keep one of them there."
    ) {
      _ = try TinyModel(
        PEFTConfiguration(
          (2, []), (1, [MethodInstance("full", [:]), MethodInstance("bitfit", [:])])))
    },
    Row(
      "site not offered",
      "method 'adapter' needs the site 'feed-forward-block' of layer 0, which this backbone does "
        + "not offer. It offers: query, feed-forward-in."
    ) { try attach(PEFTConfiguration((3, [MethodInstance("adapter", [:])]))) },
    Row(
      "linear map not offered",
      "method 'lora' needs the site 'value' of layer 0, which this backbone does not offer. "
        + "It offers: query, feed-forward-in."
    ) { try attach(PEFTConfiguration((3, [lora]))) },
    Row(
      "host parameter missing in a layer",
      "method 'bitfit' rewrites 'attention-norm.shift', which layer 1 of this backbone does not "
        + "have. Choose other terms for this backbone."
    ) { try attach(PEFTConfiguration((1, []), (2, [MethodInstance("bitfit", [:])]))) },
    Row(
      "host parameter missing outside the layers",
      "method 'embeddings' rewrites 'pooler.bias', which this backbone does not have. "
        + "Choose other terms for this backbone."
    ) {
      let pooler = MethodInstance("embeddings", ["parts": .list(["pooler-bias"])])
      try attach(PEFTConfiguration((3, []), model: [pooler]))
    },
    Row(
      "attention of two methods",
      "method 'prefix' needs the site 'attention' of layer 2 for itself, and another method has "
        + "it. Keep one of them there."
    ) {
      _ = try TinyModel(
        PEFTConfiguration(
          (2, []), (1, [MethodInstance("prefix", [:])]),
          model: [MethodInstance("p-tuning-v2", ["length": .integer(2)])]))
    },
    Row(
      "no room for the text",
      "method 'prompt-tuning' takes 13 positions in front of every text, and of the 20 positions "
        + "that are left it needs 8. Choose a length of at most 12."
    ) { try prompt(13) },
    Row(
      "no room beside another prompt",
      "method 'prompt-tuning' takes 1 positions in front of every text, and of the 8 positions that "
        + "are left it needs 8. Leave the method out for this backbone."
    ) {
      try prompt(
        1,
        beside: MethodInstance(
          "p-tuning", ["length": .integer(12), "encoder-width": .integer(0)]))
    },
  ]

  /// Attaches to a backbone that lacks most sites, the shifts of its norms and the pooler.
  private static func attach(_ configuration: PEFTConfiguration) throws {
    _ = try PEFTModelBuilder.attach(
      configuration, to: SparseHost(), key: RandomKey(seed: 1))
  }

  /// Loads the state of one configuration after a change into a model of the same one.
  private static func load(_ change: (inout [AdapterTensor]) -> Void) throws {
    let model = try TinyModel(PEFTConfiguration((3, [lora])))
    let attached = try #require(model.attached)
    var state = attached.state(.training)
    let before = state
    change(&state)
    defer { #expect(attached.state(.training) == before) }
    try attached.load(state)
  }

  static let tensorRows: [Row] = [
    Row(
      "not mergeable",
      "'adapter' and 'prefix' cannot be folded into the backbone's weights. "
        + "Keep the adapter as a file of its own."
    ) {
      let model = try TinyModel(
        PEFTConfiguration(
          (3, [lora, MethodInstance("prefix", [:]), MethodInstance("adapter", [:])])))
      _ = try #require(model.attached).mergedTensors()
    },
    Row(
      "missing tensor",
      "the adapter file lacks 1 tensor: 'layer.0.query.lora_A'. Is it from another configuration?"
    ) { try load { $0.removeFirst() } },
    Row(
      "many missing tensors",
      "the adapter file lacks 12 tensors: 'layer.0.query.lora_A', 'layer.0.query.lora_B', "
        + "'layer.0.value.lora_A', …. Is it from another configuration?"
    ) { try load { $0.removeAll() } },
    Row(
      "unknown tensor",
      "the adapter file has 1 tensor that the configuration does not: 'layer.9.query.lora_A'. "
        + "Is it from another configuration?"
    ) {
      try load {
        $0.append(AdapterTensor(name: "layer.9.query.lora_A", shape: [1], values: [1]))
      }
    },
    Row(
      "tensor twice", "the adapter file names tensor 'layer.0.query.lora_A' twice. Write it anew."
    ) { try load { $0.append($0[0]) } },
    Row(
      "wrong shape",
      "adapter tensor 'layer.0.query.lora_A' has shape [12, 2], expected [2, 12]. "
        + "Is it from another configuration or backbone?"
    ) { try load { $0[0].shape = [12, 2] } },
    Row(
      "wrong number of values",
      "adapter tensor 'layer.0.query.lora_A' has 23 values, its shape needs 24. "
        + "The file is damaged; write it anew."
    ) { try load { $0[0].values.removeLast() } },
    Row(
      "merge into another backbone",
      "cannot merge into a backbone whose 'layer.0.query.weight' has shape [6, 6], expected "
        + "[12, 12]. Merge into the backbone that was trained."
    ) {
      let model = try TinyModel(PEFTConfiguration((3, [lora])))
      var shape = TinyModel.shape
      shape.width = 6
      try #require(model.attached).merge(into: TinyModel(shape: shape).backbone)
    },
  ]
}

/// A backbone that offers less than a BERT encoder does.
private final class SparseHost: AdapterHost {
  private let backbone = TinyModel().backbone

  var layerCount: Int { backbone.layerCount }
  var width: Int { backbone.width }
  var headCount: Int { backbone.headCount }
  var maximumLength: Int { backbone.maximumLength }

  func insertionPoints(layer: Int) -> [InsertionPoint] { [.query, .feedForwardIn] }

  func linear(at site: InsertionSite) -> Linear? { backbone.linear(at: site) }

  func attach(_ adapter: any LinearAdapter, at site: InsertionSite) {
    backbone.attach(adapter, at: site)
  }

  func attach(_ adapter: any HiddenAdapter, at site: InsertionSite) {
    backbone.attach(adapter, at: site)
  }

  func attach(_ adapter: any AttentionAdapter, at site: InsertionSite) {
    backbone.attach(adapter, at: site)
  }

  func isTaken(_ site: InsertionSite) -> Bool { backbone.isTaken(site) }

  func attach(_ adapter: any EmbeddingAdapter, at site: InsertionSite) {
    backbone.attach(adapter, at: site)
  }

  func attach(_ adapter: any InputAdapter, at site: InsertionSite) {
    backbone.attach(adapter, at: site)
  }

  func parameters(layer: Int?) -> [HostParameter] {
    backbone.parameters(layer: layer).filter {
      $0.role != .normShift && !$0.name.hasPrefix("pooler")
    }
  }
}
