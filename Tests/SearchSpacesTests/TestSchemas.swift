import Foundation
import SearchSpaces

/// Doubles of the shipped methods' schemas, with the same names and count formulas.
enum TestSchemas {
  static let rate = ParameterSchema("learning-rate", .number(0...1), default: .number(0), "Rate.")
  static let bottleneck = ParameterSchema(
    "bottleneck", .integer(1...8192), default: .integer(48), "b.")

  static func size(_ instance: MethodInstance, _ name: String) -> Int {
    instance.parameters[name]?.asInteger ?? 0
  }

  static func bottleneckCounts(_ size: Int, _ width: Int, sites: Int) -> ParameterCounts {
    let all = (2 * width * size + size + width) * sites
    return ParameterCounts(trained: all, deployed: all, published: 2 * width * size * sites)
  }

  static let adapter = MethodSchema(
    name: "adapter", summary: "A bottleneck behind a block.", scope: .layer,
    parameters: [
      ParameterSchema(
        "placement", .choice(["pfeiffer", "houlsby"]), default: .text("pfeiffer"), "Where."),
      bottleneck,
      ParameterSchema("activation", .choice(["relu", "gelu"]), default: .text("relu"), "σ."),
      ParameterSchema("dropout", .number(0...0.9), default: .number(0), "Dropout."), rate,
    ],
    sizeParameter: "bottleneck", references: [], countFormula: "2·D·b + b + D", isMergeable: false,
    parameterCounts: { instance, shape in
      bottleneckCounts(
        size(instance, "bottleneck"), shape.width,
        sites: instance.parameters["placement"] == .text("houlsby") ? 2 : 1)
    })

  static let parallel = MethodSchema(
    name: "parallel-adapter", summary: "A bottleneck beside a block.", scope: .layer,
    parameters: [
      ParameterSchema(
        "placement", .choice(["feed-forward", "attention"]), default: .text("feed-forward"),
        "Where."),
      bottleneck, ParameterSchema("scale", .number(0.01...64), default: .number(4), "s."), rate,
    ],
    sizeParameter: "bottleneck", references: [], countFormula: "2·D·b + b + D", isMergeable: false,
    parameterCounts: { instance, shape in
      bottleneckCounts(size(instance, "bottleneck"), shape.width, sites: 1)
    })

  static let prefix = MethodSchema(
    name: "prefix", summary: "Trained keys and values.", scope: .layer,
    parameters: [
      ParameterSchema("length", .integer(1...4096), default: .integer(10), "P."),
      ParameterSchema("mlp-width", .integer(0...8192), default: .integer(512), "w."), rate,
    ],
    sizeParameter: "length", references: [], countFormula: "2·P·D", isMergeable: false,
    parameterCounts: { instance, shape in
      let folded = 2 * size(instance, "length") * shape.width
      let inner = size(instance, "mlp-width")
      let trained = inner == 0 ? folded : 2 * (shape.width * inner + shape.width)
      return ParameterCounts(trained: trained, deployed: folded, published: folded)
    },
    sharedCounts: { instance, shape in
      let inner = size(instance, "mlp-width")
      if inner == 0 { return .zero }
      return ParameterCounts(
        trained: size(instance, "length") * shape.width + shape.width * inner + inner, deployed: 0,
        published: 0)
    })

  static let targets = ["query", "key", "value", "output", "ffn-in", "ffn-out"]

  static let lora = MethodSchema(
    name: "lora", summary: "A low-rank update.", scope: .layer,
    parameters: [
      ParameterSchema(
        "targets", .subset(targets, minimum: 1), default: .list(["query", "value"]), "Maps."),
      ParameterSchema("rank", .integer(1...8192), default: .integer(8), "R."),
      ParameterSchema("alpha-ratio", .number(0.01...128), default: .number(1), "α/R."),
      ParameterSchema(
        "scaling", .choice(["standard", "rslora"]), default: .text("standard"), "Scaling."),
      ParameterSchema("dropout", .number(0...0.9), default: .number(0), "Dropout."), rate,
    ],
    sizeParameter: "rank", references: [], countFormula: "R·(in + out)", isMergeable: true,
    parameterCounts: { instance, shape in
      let names = instance.parameters["targets"]?.asList ?? []
      let widths = names.reduce(0) { sum, name in
        sum + (name.hasPrefix("ffn") ? shape.width + shape.feedForward : 2 * shape.width)
      }
      let all = size(instance, "rank") * widths
      return ParameterCounts(trained: all, deployed: all, published: all)
    })

  static let bitFit = MethodSchema(
    name: "bitfit", summary: "Trains biases.", scope: .layer,
    parameters: [
      ParameterSchema(
        "terms", .subset(["query", "ffn-in", "all-others"], minimum: 1),
        default: .list(["query", "ffn-in", "all-others"]), "Biases."), rate,
    ],
    sizeParameter: nil, references: [], countFormula: "7·D + F", isMergeable: true,
    parameterCounts: { _, shape in
      let all = 7 * shape.width + shape.feedForward
      return ParameterCounts(trained: all - shape.width, deployed: all, published: all)
    },
    claims: { _, _ in ["query.bias", "key.bias", "value.bias"] })

  static let full = MethodSchema(
    name: "full", summary: "Trains every weight of the layer.", scope: .layer, parameters: [rate],
    sizeParameter: nil, references: [], countFormula: "all", isMergeable: true,
    parameterCounts: { _, shape in
      let all =
        4 * (shape.width * shape.width + shape.width) + 2 * shape.width * shape.feedForward
        + shape.feedForward + 5 * shape.width
      return ParameterCounts(trained: all - shape.width, deployed: all, published: all)
    },
    claims: { _, _ in ["query.weight", "query.bias"] })

  static let embeddings = MethodSchema(
    name: "embeddings", summary: "Trains the embedding tables.", scope: .model,
    parameters: [
      ParameterSchema(
        "parts", .subset(["tables", "norm"], minimum: 1), default: .list(["tables", "norm"]),
        "What trains."), rate,
    ],
    sizeParameter: nil, references: [], countFormula: "V·D", isMergeable: true,
    parameterCounts: { instance, shape in
      let names = instance.parameters["parts"]?.asList ?? []
      var all = names.contains("tables") ? shape.vocabulary * shape.width : 0
      all += names.contains("norm") ? 2 * shape.width : 0
      return ParameterCounts(trained: all, deployed: all, published: all)
    },
    claims: { _, _ in ["embeddings.tables"] })

  /// Rows in front of every sequence; among the schemas of the tests that need it.
  static let prompt = MethodSchema(
    name: "prompt-tuning", summary: "Trained rows.", scope: .model,
    parameters: [ParameterSchema("length", .integer(1...4096), default: .integer(20), "P."), rate],
    sizeParameter: "length", references: [], countFormula: "P·D", isMergeable: false,
    parameterCounts: { instance, shape in
      let all = size(instance, "length") * shape.width
      return ParameterCounts(trained: all, deployed: all, published: all)
    },
    insertedRows: { size($0, "length") })

  /// Keys and values of every layer that take positions without rows; as `prompt`.
  static let deepPrompt = MethodSchema(
    name: "p-tuning-v2", summary: "Trained keys and values.", scope: .model,
    parameters: [ParameterSchema("length", .integer(1...4096), default: .integer(20), "P."), rate],
    sizeParameter: "length", references: [], countFormula: "2·P·D·L", isMergeable: false,
    parameterCounts: { instance, shape in
      let all = 2 * size(instance, "length") * shape.width * shape.layers
      return ParameterCounts(trained: all, deployed: all, published: all)
    },
    takenPositions: { size($0, "length") })

  static let all = [adapter, bitFit, embeddings, full, lora, parallel, prefix]
}

/// Backbones of the tests.
enum Shapes {
  static let bertBase = BackboneShape(layers: 12, width: 768, feedForward: 3072, heads: 12)
  static let bertLarge = BackboneShape(layers: 24, width: 768, feedForward: 3072, heads: 12)
  static let miniLM6 = BackboneShape(layers: 6, width: 384, feedForward: 1536, heads: 12)
  static let miniLM12 = BackboneShape(layers: 12, width: 384, feedForward: 1536, heads: 12)
  static let roberta = BackboneShape(
    layers: 12, width: 768, feedForward: 3072, heads: 12, vocabulary: 50_265, positions: 514,
    tokenTypes: 1)
  static let embedded = BackboneShape(
    layers: 12, width: 64, feedForward: 256, heads: 4, vocabulary: 500, positions: 48)
}

/// A space from text, with the test methods.
func space(
  _ yaml: String, _ backbone: BackboneShape = Shapes.bertBase
) throws -> SearchSpace {
  try SearchSpace(yaml: yaml, file: "s.yaml", schemas: TestSchemas.all, backbone: backbone)
}

/// A shipped space file.
func shippedSpace(_ name: String, _ backbone: BackboneShape) throws -> SearchSpace {
  let url = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "spaces/\(name).yaml")
  return try SearchSpace(
    contentsOf: url, name: "spaces/\(name).yaml", schemas: TestSchemas.all, backbone: backbone)
}

/// The generator of tests: SplitMix64.
struct TestRandom: RandomNumberGenerator {
  var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    return word ^ (word >> 31)
  }
}
