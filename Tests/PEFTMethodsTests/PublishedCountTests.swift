import PEFTMethods
import SearchSpaces
import Testing

/// Parameter counts that papers and libraries print, exactly.
@Suite struct PublishedCountTests {
  static let bertBase = BackboneShape(layers: 12, width: 768, feedForward: 3072, heads: 12)
  static let bertLarge = BackboneShape(layers: 24, width: 1024, feedForward: 4096, heads: 16)
  static let miniLM = BackboneShape(layers: 6, width: 384, feedForward: 1536, heads: 12)

  struct Row: Sendable, CustomTestStringConvertible {
    let name: String
    let shape: BackboneShape
    let methods: [MethodInstance]
    var model: [MethodInstance] = []
    let expected: ParameterCounts

    var testDescription: String { name }
  }

  private static func row(
    _ name: String, _ shape: BackboneShape, _ methods: [MethodInstance],
    model: [MethodInstance] = [], trained: Int, deployed: Int, published: Int
  ) -> Row {
    Row(
      name: name, shape: shape, methods: methods, model: model,
      expected: ParameterCounts(trained: trained, deployed: deployed, published: published))
  }

  private static func serial(_ size: Int, _ placement: String = "pfeiffer") -> MethodInstance {
    MethodInstance("adapter", ["bottleneck": .integer(size), "placement": .text(placement)])
  }

  private static func parallel(_ size: Int) -> MethodInstance {
    MethodInstance("parallel-adapter", ["bottleneck": .integer(size)])
  }

  private static func prefix(_ length: Int, _ width: Int) -> MethodInstance {
    MethodInstance("prefix", ["length": .integer(length), "mlp-width": .integer(width)])
  }

  private static let everything = MethodInstance(
    "embeddings",
    ["parts": .list(["tables", "norm-scale", "norm-shift", "pooler-weight", "pooler-bias"])])

  static let rows: [Row] = [
    row(
      "Pfeiffer 48", bertBase, [serial(48)], trained: 894_528, deployed: 894_528,
      published: 884_736),
    row(
      "Houlsby 48", bertBase, [serial(48, "houlsby")], trained: 1_789_056, deployed: 1_789_056,
      published: 1_769_472),
    row(
      "Houlsby 64, large", bertLarge, [serial(64, "houlsby")], trained: 6_343_680,
      deployed: 6_343_680, published: 6_291_456),
    row(
      "parallel 384", bertBase, [parallel(384)], trained: 7_091_712, deployed: 7_091_712,
      published: 7_077_888),
    // 6,837,760 for an encoder and a decoder of six layers: the decoder's embeddings have one more.
    row(
      "CIAT 256, twelve layers",
      BackboneShape(layers: 12, width: 512, feedForward: 2048, heads: 8), [],
      model: [
        MethodInstance("ciat", ["bottleneck": .integer(256), "input-bottleneck": .integer(256)])
      ], trained: 6_837_760 - 263_936, deployed: 6_837_760 - 263_936,
      published: 6_837_760 - 263_936),
    row(
      "prefix 30 behind 512", bertBase, [prefix(30, 512)], trained: 9_872_384,
      deployed: 552_960, published: 552_960),
    row(
      "prefix 30 flat", bertBase, [prefix(30, 0)], trained: 552_960, deployed: 552_960,
      published: 552_960),
    row(
      "prefix 10", bertBase, [prefix(10, 0)], trained: 184_320, deployed: 184_320,
      published: 184_320),
    row(
      "MAM: parallel 384 with prefix 30 behind 800", bertBase, [parallel(384), prefix(30, 800)],
      trained: 22_493_984, deployed: 7_644_672, published: 7_630_848),
    row(
      "AutoPEFT's largest", bertBase, [serial(768), parallel(768), prefix(768, 0)],
      trained: 42_504_192, deployed: 42_504_192, published: 42_467_328),
    row(
      "prompt 10", bertBase, [],
      model: [MethodInstance("prompt-tuning", ["length": .integer(10)])], trained: 7_680,
      deployed: 7_680, published: 7_680),
    row(
      "P-tuning 20 behind PEFT's MLP of 128", bertBase, [],
      model: [MethodInstance("p-tuning", [:])],
      trained: 20 * 768 + 98_432 + 16_512 + 99_072, deployed: 15_360, published: 15_360),
    row(
      "P-tuning 9 behind the LSTM of LAMA", bertBase, [],
      model: [
        MethodInstance(
          "p-tuning",
          ["length": .integer(9), "encoder": .text("lstm"), "encoder-width": .integer(384)])
      ],
      trained: 8_278_272, deployed: 6_912, published: 6_912),
    row(
      "P-tuning v2 of 20, PEFT's example without its head", bertBase, [],
      model: [MethodInstance("p-tuning-v2", [:])], trained: 368_640, deployed: 368_640,
      published: 368_640),
    row(
      "AdaMix 48 of the paper", bertBase, [MethodInstance("adamix", [:])], trained: 2_223_360,
      deployed: 894_528, published: 894_528),
    row(
      "AdapterDrop of 5 layers, robust", bertBase, [],
      model: [MethodInstance("adapterdrop", [:])], trained: 894_528, deployed: 7 * 74_544,
      published: 7 * 73_728),
    row(
      "AdapterDrop of 5 layers, specialised", bertBase, [],
      model: [MethodInstance("adapterdrop", ["training": .text("specialised")])],
      trained: 7 * 74_544, deployed: 7 * 74_544, published: 7 * 73_728),
    row(
      "SMoP 4 × 5", bertBase, [], model: [MethodInstance("smop", [:])], trained: 18_432,
      deployed: 18_432, published: 18_432),
    row(
      "APT 20", bertBase, [], model: [MethodInstance("apt", [:])], trained: 368_640 + 184_332,
      deployed: 368_640 + 184_332, published: 368_640 + 184_332),
    row(
      "UniPELT of AdapterHub on MiniLM", miniLM,
      [MethodInstance("unipelt", ["bottleneck": .integer(24)])], trained: 2_760_872,
      deployed: 242_088, published: 242_088),
    row(
      "LoRA 8 on query and value", bertBase, [MethodInstance("lora", [:])], trained: 294_912,
      deployed: 294_912, published: 294_912),
    row(
      "BitFit in the layers", bertBase, [MethodInstance("bitfit", [:])],
      trained: 101_376 - 12 * 768, deployed: 101_376, published: 101_376),
    row(
      "the paper's whole BitFit", bertBase, [MethodInstance("bitfit", [:])],
      model: [MethodInstance("embeddings", ["parts": .list(["norm-shift", "pooler-bias"])])],
      trained: 102_912 - 12 * 768, deployed: 102_912, published: 102_912),
    row(
      "partial BitFit", bertBase,
      [MethodInstance("bitfit", ["terms": .list(["query", "ffn-in"])])], trained: 46_080,
      deployed: 46_080, published: 46_080),
    row(
      "full fine-tuning", bertBase, [MethodInstance("full", [:])], model: [everything],
      trained: 109_482_240 - 12 * 768, deployed: 109_482_240, published: 109_482_240),
    row(
      "serial 24 on MiniLM", miniLM, [serial(24)], trained: 113_040, deployed: 113_040,
      published: 110_592),
    row(
      "Compacter", bertBase, [MethodInstance("compacter", [:])], trained: 57_088,
      deployed: 57_088, published: 57_088),
    row(
      "Compacter++", bertBase, [MethodInstance("compacter", ["placement": .text("feed-forward")])],
      trained: 28_576, deployed: 28_576, published: 28_576),
    row(
      "DoRA 8 on query and value", bertBase, [MethodInstance("dora", [:])], trained: 313_344,
      deployed: 313_344, published: 313_344),
    row(
      "VeRA 256 on query and value", bertBase, [MethodInstance("vera", [:])], trained: 24_576,
      deployed: 24_576, published: 24_576),
    row(
      "LoHa 4 as LoRA 8", bertBase, [MethodInstance("loha", ["rank": .integer(4)])],
      trained: 294_912, deployed: 294_912, published: 294_912),
    row(
      "LoKr 8 on query and value", bertBase, [MethodInstance("lokr", [:])], trained: 24 * 1_088,
      deployed: 24 * 1_088, published: 24 * 1_088),
    row(
      "KronA 24 × 24 by 32 × 32", bertBase, [MethodInstance("krona", [:])], trained: 38_400,
      deployed: 38_400, published: 38_400),
    row(
      "KAdaptation with 32 terms", bertBase, [MethodInstance("kadaptation", [:])],
      trained: 24 * 1_536 + 4_096, deployed: 24 * 1_536 + 4_096, published: 24 * 1_536 + 4_096),
    row(
      "OFT 32 on query and value", bertBase, [MethodInstance("oft", [:])], trained: 24 * 11_904,
      deployed: 24 * 11_904, published: 24 * 11_904),
    row(
      "(IA)³ of the paper", bertBase, [MethodInstance("ia3", [:])], trained: 55_296,
      deployed: 55_296, published: 55_296),
    row(
      "(IA)³ with PEFT's defaults", bertBase,
      [MethodInstance("ia3", ["targets": .list(["key", "value", "output", "ffn-out"])])],
      trained: 64_512, deployed: 64_512, published: 64_512),
    row(
      "LoRA 8 on MiniLM", miniLM, [MethodInstance("lora", [:])], trained: 73_728,
      deployed: 73_728, published: 73_728),
  ]

  @Test(arguments: rows)
  func countsAreExact(_ row: Row) throws {
    let configuration = PEFTConfiguration(
      groups: [LayerGroup(layers: row.shape.layers, methods: row.methods)], model: row.model,
      training: TrainingSettings())
    #expect(
      try PEFTModelBuilder.predictedCounts(configuration, shape: row.shape) == row.expected)
  }

  @Test func topThreeLayersAreThreeBlocks() throws {
    let configuration = PEFTConfiguration(
      (9, []), (3, [MethodInstance("full", [:])]))
    let counts = try PEFTModelBuilder.predictedCounts(configuration, shape: Self.bertBase)
    #expect(counts.deployed == 21_263_616)
  }

  @Test func headOnlyCostsNothing() throws {
    let counts = try PEFTModelBuilder.predictedCounts(
      PEFTConfiguration((12, [])), shape: Self.bertBase)
    #expect(counts == .zero)
  }
}
