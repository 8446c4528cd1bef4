import Backbones
import Checkpoints
import Exports
import Foundation
import LinearAlgebra
import NeuralNets
import PEFTMethods
import SearchSpaces
import TensorCore
import TestSupport
import Testing

/// What is exported, with which head, and which formats must hold it.
struct ExportCase: CustomTestStringConvertible {
  let name: String
  let groups: [LayerGroup]
  var model: [MethodInstance] = []
  let head: TinySubject.Head
  let formats: Set<String>

  var testDescription: String { name }

  static let lora = MethodInstance("lora", ["rank": .integer(4), "alpha-ratio": .number(2)])
  static let wideLoRA = MethodInstance(
    "lora",
    [
      "rank": .integer(2), "scaling": .text("rslora"),
      "targets": .list(["query", "key", "value", "output", "ffn-in", "ffn-out"]),
    ])
  static let adapter = MethodInstance("adapter", ["bottleneck": .integer(3)])
  static let prefix = MethodInstance("prefix", ["length": .integer(2), "mlp-width": .integer(5)])
  static let bitFit = MethodInstance("bitfit", [:])
  static let full = MethodInstance("full", [:])

  static func of(
    _ name: String, _ first: [MethodInstance], _ second: [MethodInstance],
    _ head: TinySubject.Head = .pooler, holds formats: Set<String>
  ) -> ExportCase {
    ExportCase(
      name: name,
      groups: [LayerGroup(layers: 1, methods: first), LayerGroup(layers: 1, methods: second)],
      head: head, formats: formats)
  }

  /// A method on maps of both shapes, in the first layer on other maps than in the second.
  static func mapped(
    _ name: String, _ parameters: [String: ParameterValue] = [:],
    holds formats: Set<String> = ["config", "hf-peft", "merged"]
  ) -> ExportCase {
    func instance(_ targets: [String]) -> MethodInstance {
      MethodInstance(name, parameters.merging(["targets": .list(targets)]) { said, _ in said })
    }
    return .of(
      "\(name) \(parameters.keys.sorted().joined(separator: " "))",
      [instance(["query", "value"])], [instance(["key", "ffn-in", "ffn-out"])], holds: formats)
  }

  /// The formats of an update of low rank.
  static let lowRank: Set<String> = [
    "adapterhub", "config", "hf-peft", "hf-peft-portable", "merged",
  ]

  static let reparametrised: [ExportCase] = [
    mapped("dora", ["rank": .integer(3), "alpha-ratio": .number(2)]),
    mapped("pissa", ["rank": .integer(3), "alpha-ratio": .number(2)], holds: lowRank),
    mapped("adalora", ["rank": .integer(3)], holds: lowRank),
    mapped("sora", ["rank": .integer(3)], holds: lowRank),
    mapped("dylora", ["rank": .integer(3)], holds: lowRank),
    .of(
      "vera", [MethodInstance("vera", ["rank": .integer(4)])],
      [MethodInstance("vera", ["rank": .integer(4)])], holds: ["config", "hf-peft", "merged"]),
    .of(
      "vera of two ranks", [MethodInstance("vera", ["rank": .integer(4)])],
      [MethodInstance("vera", ["rank": .integer(5)])], holds: ["config", "merged"]),
    mapped("loha", ["rank": .integer(3), "alpha-ratio": .number(2)]),
    mapped("lokr", ["rank": .integer(1), "alpha-ratio": .number(2)]),
    mapped("lokr", ["rank": .integer(1), "factor": .integer(4), "decompose-both": .flag(true)]),
    mapped("krona", ["factor": .integer(2), "scale": .number(2)]),
    .of(
      "krona of two factors", [MethodInstance("krona", ["factor": .integer(2)])],
      [MethodInstance("krona", ["factor": .integer(4)])], holds: ["config", "merged"]),
    .of(
      "kadaptation", [MethodInstance("kadaptation", ["division": .integer(4)])],
      [MethodInstance("kadaptation", ["division": .integer(4)])], holds: ["config", "merged"]),
    mapped("oft", ["block-size": .integer(4)]),
    mapped("oft", ["block-size": .integer(4), "map": .text("cayley")]),
    mapped("boft", ["block-size": .integer(4)]),
    mapped(
      "boft", ["block-size": .integer(4), "factors": .integer(2)], holds: ["config", "merged"]),
    .of(
      "ia3", [MethodInstance("ia3", [:])],
      [MethodInstance("ia3", ["targets": .list(["key", "output", "ffn-in"])])],
      holds: ["config", "hf-peft", "merged"]),
    mapped("sam", ["rank-equivalent": .integer(1)]),
    mapped("spt", ["rank-equivalent": .integer(1)]),
    mapped("spt-adapter", ["rank-equivalent": .integer(1)], holds: ["config"]),
    mapped("diff-pruning", ["rank-equivalent": .integer(1), "gate-steps": .integer(0)]),
    .of(
      "diff-pruning with gates",
      [MethodInstance("diff-pruning", ["rank-equivalent": .integer(1)])], [],
      holds: ["config", "hf-peft", "merged"]),
    .of(
      "sam of every entry", [MethodInstance("sam", ["rank-equivalent": .integer(8192)])], [],
      holds: ["config", "merged"]),
    .of(
      "sam and lora", [MethodInstance("sam", ["rank-equivalent": .integer(1)])], [lora],
      holds: ["config", "merged"]),
    .of(
      "far", [MethodInstance("far", [:])], [MethodInstance("far", ["retention": .integer(40)])],
      holds: ["config", "merged"]),
    mapped("said", ["dimension": .integer(30)], holds: ["config", "merged"]),
    .of(
      "loha and lora", [lora], [MethodInstance("loha", [:])], holds: ["config", "merged"]),
    .of(
      "lora and dora", [lora], [MethodInstance("dora", [:])], holds: ["config", "merged"]),
    .of(
      "lora and pissa on one map", [lora, MethodInstance("pissa", [:])], [],
      holds: ["config", "merged"]),
    .of("krona block", [MethodInstance("krona-block", [:])], [], holds: ["config"]),
  ]

  /// Prompts beside what the first layer holds.
  static func prompted(
    _ name: String, _ model: [MethodInstance], beside methods: [MethodInstance] = [],
    _ head: TinySubject.Head = .pooler, holds formats: Set<String> = ["config", "hf-peft"]
  ) -> ExportCase {
    var test = ExportCase.of(name, methods, [], head, holds: formats)
    test.model = model
    return test
  }

  static let prompt = MethodInstance("prompt-tuning", ["length": .integer(3)])
  static let encoded = MethodInstance(
    "p-tuning", ["length": .integer(2), "encoder-width": .integer(5)])

  static let deep = MethodInstance("p-tuning-v2", ["length": .integer(3)])
  static let flat = MethodInstance("prefix", ["length": .integer(3), "mlp-width": .integer(0)])

  static let prompts: [ExportCase] = [
    prompted("prompt", [prompt]),
    prompted(
      "ciat",
      [MethodInstance("ciat", ["bottleneck": .integer(3), "input-bottleneck": .integer(3)])],
      holds: ["config"]),
    prompted("prompt with trained pooler", [prompt], .trainedPooler),
    prompted("prompt with two-layer head", [prompt], .twoLayer),
    prompted("prompt with token head", [prompt], .token, holds: ["config"]),
    prompted("p-tuning", [encoded]),
    prompted(
      "p-tuning behind an LSTM",
      [
        MethodInstance(
          "p-tuning",
          ["length": .integer(2), "encoder": .text("lstm"), "encoder-width": .integer(5)])
      ]),
    prompted("p-tuning v2", [deep]),
    prompted("p-tuning v2 and lora", [deep], beside: [lora], holds: ["config"]),
    .of("flat prefix", [flat], [flat], holds: ["config", "adapterhub"]),
    prompted("prompt and lora", [prompt], beside: [lora], holds: ["config"]),
    prompted("prompt and prefix", [prompt], beside: [prefix], holds: ["config"]),
    prompted(
      "two prompts", [MethodInstance("prompt-tuning", ["length": .integer(2)]), encoded],
      holds: ["config"]),
  ]

  static let all: [ExportCase] =
    reparametrised + prompts + [
      .of(
        "ranks by layer", [lora], [wideLoRA],
        holds: ["config", "hf-peft", "hf-peft-portable", "merged"]),
      .of(
        "lora in one layer", [], [wideLoRA],
        holds: ["config", "hf-peft", "hf-peft-portable", "merged"]),
      .of("trained pooler", [lora], [], .trainedPooler, holds: lowRank),
      .of("two-layer head", [lora], [lora], .twoLayer, holds: lowRank),
      .of("token head", [lora], [lora], .token, holds: ["adapterhub", "config"]),
      .of("bitfit", [bitFit], [bitFit], holds: ["config", "hf-peft", "merged"]),
      .of(
        "bitfit of norms in one layer", [],
        [MethodInstance("bitfit", ["terms": .list(["attention-norm", "ffn-norm"])])],
        holds: ["config", "hf-peft", "merged"]),
      .of(
        "bitfit and dora", [bitFit], [MethodInstance("dora", [:])],
        holds: ["config", "hf-peft", "merged"]),
      .of("bitfit and loha", [bitFit], [MethodInstance("loha", [:])], holds: ["config", "merged"]),
      .of(
        "lora and bitfit", [lora, bitFit], [wideLoRA], holds: ["config", "hf-peft", "merged"]),
      .of("top layer", [], [full], holds: ["config", "merged"]),
      .of("adapter", [adapter], [adapter], holds: ["adapterhub", "config"]),
      .of("prefix behind an MLP", [prefix], [prefix], holds: ["adapterhub", "config"]),
      .of(
        "lora, adapter and prefix", [lora, adapter], [prefix], holds: ["adapterhub", "config"]),
      .of("head only", [], [], holds: ["config", "merged"]),
    ]
}

@Suite struct ExportTests {
  @Test(arguments: ExportCase.all)
  func everyFormatHoldsExactlyOrRefuses(test: ExportCase) throws {
    let subject = try TinySubject.make(test.groups, model: test.model, head: test.head)
    let holding = Set(try Export.overview(of: subject).filter { $0.refusal == nil }.map(\.name))
    #expect(holding == test.formats)
  }

  @Test(arguments: ExportCase.all)
  func whatIsWrittenReadsBackToTheSameLogits(test: ExportCase) throws {
    let subject = try TinySubject.make(test.groups, model: test.model, head: test.head)
    for format in test.formats {
      try TinySubject.withFolder { folder in
        let output = folder.appending(path: "export").path
        try Export.write(subject, format: format, to: output)
        let difference = try Export.check(
          subject, format: format, directory: output, batches: [TinySubject.batch])
        #expect(difference <= 2e-5, "\(format): \(difference)")
        #expect(FileManager.default.fileExists(atPath: "\(output)/README.md"))
      }
    }
  }

  static let refusals: [(layer: [MethodInstance], model: [MethodInstance], reason: String)] = [
    (
      [ExportCase.flat], [],
      "PREFIX_TUNING has one length in all layers and moves the text's positions behind it, as "
        + "p-tuning-v2 does and a prefix of single layers does not."
    ),
    (
      [ExportCase.lora], [ExportCase.prompt],
      "one PEFT adapter is of one type, and 'lora', 'prompt-tuning' are of several."
    ),
    (
      [],
      [MethodInstance("prompt-tuning", ["length": .integer(2)]), ExportCase.encoded],
      "one PEFT adapter is of one type, and 'p-tuning', 'prompt-tuning' are of several."
    ),
  ]

  @Test(arguments: refusals)
  func promptsAreRefusedWithTheReason(
    row: (layer: [MethodInstance], model: [MethodInstance], reason: String)
  ) throws {
    let subject = try TinySubject.make(
      [LayerGroup(layers: 2, methods: row.layer)], model: row.model, head: .pooler)
    #expect(HuggingFacePEFT().refusal(of: subject) == row.reason)
  }

  /// A conversion is one because its tensors are others, and says so.
  @Test func conversionsAreTold() throws {
    let folded = MethodInstance("sora", ["rank": .integer(3)])
    let rows: [(methods: [MethodInstance], format: String, isConverted: Bool)] = [
      ([ExportCase.lora], "hf-peft", false), ([ExportCase.lora], "hf-peft-portable", false),
      ([ExportCase.lora], "merged", true), ([ExportCase.lora], "adapterhub", false),
      ([folded], "hf-peft", true), ([ExportCase.bitFit], "hf-peft", true),
      ([MethodInstance("vera", [:])], "hf-peft", false),
      ([MethodInstance("krona", [:])], "hf-peft", false), ([], "merged", false),
    ]
    for row in rows {
      let subject = try TinySubject.make(
        [LayerGroup(layers: 2, methods: row.methods)], head: .pooler)
      let offers = try Export.overview(of: subject)
      let holding = try #require(offers.first { $0.name == row.format }).holding
      switch holding {
      case .exact: #expect(!row.isConverted, "\(row)")
      case .converted(let text): #expect(row.isConverted && !text.isEmpty, "\(row)")
      case .refused(let reason): Issue.record("\(row): \(reason)")
      }
    }
  }

  /// Norms alone have a type of their own, other biases travel with a LORA.
  @Test(arguments: [
    (["ffn-norm"], "LN_TUNING"), (["attention-norm", "ffn-norm"], "LN_TUNING"),
    (["query", "ffn-norm"], "LORA"),
  ])
  func tunedBiasesHaveTheirType(terms: [String], type: String) throws {
    let instance = MethodInstance("bitfit", ["terms": .list(terms)])
    let subject = try TinySubject.make(
      [LayerGroup(layers: 2, methods: [instance])], head: .pooler)
    try TinySubject.withFolder { folder in
      let output = folder.appending(path: "export").path
      try Export.write(subject, format: "hf-peft", to: output)
      let text = try String(contentsOfFile: "\(output)/adapter_config.json", encoding: .utf8)
      #expect(text.contains("\"peft_type\" : \"\(type)\""))
      let difference = try Export.check(
        subject, format: "hf-peft", directory: output, batches: [TinySubject.batch])
      #expect(difference <= 2e-5)
    }
  }

  /// The card says what was scored and how sure that is.
  @Test func theCardTellsTheIntervalAndTheFreshScores() throws {
    var subject = try TinySubject.make(
      [LayerGroup(layers: 2, methods: [ExportCase.lora])], head: .pooler)
    subject.provenance.interval = 0.25...0.75
    subject.provenance.freshScores = [0.5, 0.25]
    try TinySubject.withFolder { folder in
      let output = folder.appending(path: "export").path
      try Export.write(subject, format: "merged", to: output)
      let card = try String(contentsOfFile: "\(output)/README.md", encoding: .utf8)
      for line in [
        "| methods | lora |", "| parameters | 512 trained, 512 deployed, head apart |",
        "| validation accuracy | 0.5000 (95 % interval over the examples: 0.2500 to 0.7500) |",
        "| the same on fresh seeds | mean 0.3750 of 2: 0.5000, 0.2500 |", "from_pretrained",
      ] {
        #expect(card.contains(line), "\(line) in\n\(card)")
      }
    }
  }

  /// PEFT runs a prefix on a BERT with one of two transformers alone, and the export says so.
  @Test func anExportSaysWhatItLoadsWith() throws {
    for (instance, isTold) in [(ExportCase.deep, true), (ExportCase.prompt, false)] {
      let subject = try TinySubject.make(
        [LayerGroup(layers: 2, methods: [])], model: [instance], head: .pooler)
      try TinySubject.withFolder { folder in
        let output = folder.appending(path: "export").path
        try Export.write(subject, format: "hf-peft", to: output)
        let card = try String(contentsOfFile: "\(output)/README.md", encoding: .utf8)
        #expect(card.contains("transformers 4") == isTold)
      }
    }
  }

  @Test func theComparisonNoticesAChangedTensor() throws {
    let subject = try TinySubject.make(
      [LayerGroup(layers: 2, methods: [ExportCase.lora])], head: .pooler)
    try TinySubject.withFolder { folder in
      let output = folder.appending(path: "export").path
      try Export.write(subject, format: "hf-peft", to: output)
      let file = "\(output)/adapter_config.json"
      let text = try String(contentsOfFile: file, encoding: .utf8)
        .replacingOccurrences(of: "\"lora_alpha\" : ", with: "\"lora_alpha\" : 1")
      try text.write(toFile: file, atomically: true, encoding: .utf8)
      let difference = try Export.check(
        subject, format: "hf-peft", directory: output, batches: [TinySubject.batch])
      #expect(difference > 1e-3)
    }
  }

  @Test func everyFileInTheCatalogueIsRegistered() throws {
    let folder = Fixtures.packageRoot.appending(path: "Sources/Exports/Catalog")
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      .filter { $0 != "Registry.swift" }.map { $0.replacingOccurrences(of: ".swift", with: "") }
    #expect(Set(files) == Set(ExporterRegistry.all.map { "\($0)" }))
  }

  @Test func nothingIsLeftBehindWhenAnExportFails() throws {
    let subject = try TinySubject.make([LayerGroup(layers: 2, methods: [])], head: .token)
    try TinySubject.withFolder { folder in
      let output = folder.appending(path: "export").path
      #expect(throws: ExportError.self) {
        try Export.write(subject, format: "merged", to: output)
      }
      let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      #expect(left.isEmpty)
    }
  }
}
