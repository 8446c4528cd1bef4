import Backbones
import Checkpoints
import Foundation
import LinearAlgebra
import NeuralNets
import TensorCore
import Testing
import Tokenizers

@testable import Training

@Suite struct PretrainingTests {
  private static func folder() -> URL {
    FileManager.default.temporaryDirectory
      .appending(path: "autopeft-pretraining-\(UUID().uuidString)")
  }

  private static var shortRun: PretrainingSettings {
    var settings = PretrainingSettings(seed: 4, steps: 4)
    settings.warmupSteps = 2
    settings.batchTokens = 200
    settings.evaluationInterval = 2
    settings.validationDocuments = 40
    settings.validationPairs = 30
    return settings
  }

  @Test func aRunWritesAModelsFolderAndIsReproducible() throws {
    let (first, second) = (Self.folder(), Self.folder())
    defer {
      try? FileManager.default.removeItem(at: first)
      try? FileManager.default.removeItem(at: second)
    }
    var steps: [Int] = []
    let report = try Pretrainer.run(settings: Self.shortRun, output: first.path) {
      steps.append($0.step)
    }
    _ = try Pretrainer.run(settings: Self.shortRun, output: second.path) { _ in }
    #expect(steps == [2, 4])
    #expect(report.rounded.wordLoss.isFinite && report.rounded.wordLoss < 7)
    #expect(report.connectors.map(\.kind) == EmbeddedDocument.PairKind.allCases)
    #expect(!report.shortfalls.isEmpty)
    for file in ["config.json", "vocab.txt", "tokenizer_config.json", "model.safetensors"] {
      #expect(
        try Data(contentsOf: first.appending(path: file))
          == Data(contentsOf: second.appending(path: file)))
    }
    let bert = try Bert(directory: BackboneDirectory(path: first.path))
    #expect(bert.configuration == PretrainingSettings.architecture)
    #expect(bert.pooler == nil)
    #expect(report.weightBytes < 1_350_000)
  }

  @Test func maskingHidesTheSharesItShould() {
    let corpus = EmbeddedCorpus(lexicon: .standard, key: RandomKey(seed: 5))
    let policy = MaskingPolicy(rate: 0.2, connectorRate: 0.8)
    var counts = (words: 0, hidden: 0, masked: 0, kept: 0, connectors: 0, hiddenConnectors: 0)
    for number in 0..<2000 {
      let document = corpus.document(number)
      let batch = policy.batch([(number, document)], key: RandomKey(seed: 6))
      let specials = document.tokens.count { $0 < 5 }
      counts.words += document.tokens.count - specials - (document.kind == nil ? 0 : 1)
      counts.connectors += document.kind == nil ? 0 : 1
      for (index, row) in batch.rows.enumerated() {
        #expect(document.tokens[Int(row)] == batch.labels[index])
        let shown = batch.packed.tokens[Int(row)]
        if batch.isConnector[index] {
          counts.hiddenConnectors += 1
          #expect(shown == EmbeddedLexicon.Token.mask)
        } else {
          counts.hidden += 1
          counts.masked += shown == EmbeddedLexicon.Token.mask ? 1 : 0
          counts.kept += shown == batch.labels[index] ? 1 : 0
        }
      }
      let changed = zip(document.tokens, batch.packed.tokens).count { $0 != $1 }
      #expect(changed <= batch.rows.count)
      #expect(batch.bagLabels == document.tokens.filter(EmbeddedLexicon.isContent))
    }
    func share(_ part: Int, of whole: Int) -> Double { Double(part) / Double(whole) }
    #expect(abs(share(counts.hidden, of: counts.words) - 0.2) < 0.01)
    #expect(abs(share(counts.masked, of: counts.hidden) - 0.8) < 0.02)
    #expect(abs(share(counts.kept, of: counts.hidden) - 0.1) < 0.02)
    #expect(abs(share(counts.hiddenConnectors, of: counts.connectors) - 0.8) < 0.03)
  }

  @Test func theRateRisesAndFallsToItsEnd() {
    let settings = PretrainingSettings(steps: 1000)
    #expect(settings.factor(step: 0) == 1.0 / 500)
    #expect(settings.factor(step: 499) == 1)
    #expect(settings.factor(step: 500) == 1)
    #expect(abs(settings.factor(step: 750) - 0.51) < 1e-12)
    #expect(abs(settings.factor(step: 1000) - 0.02) < 1e-12)
  }

  @Test func branchOutputsTrainAtTheirScaledRate() {
    let settings = PretrainingSettings()
    let model = PretrainingModel(PretrainingSettings.architecture, settings: settings)
    let groups = model.optimizerGroups(settings)
    let names = groups.flatMap { $0.parameters.map(\.name) }
    #expect(Set(names).count == names.count)
    #expect(names.count == 5 + 12 * 16 + 5)
    for group in groups {
      for entry in group.parameters {
        let isOutput = entry.name.contains(".output.dense.")
        #expect(group.learningRate == (isOutput ? 2e-3 / 2.2 : 2e-3))
        #expect((group.weightDecay > 0) == (entry.parameter.shape.rank == 2))
      }
    }
  }

  @Test func halfPrecisionFilesReadBackRounded() throws {
    let folder = Self.folder()
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let values: [Float] = [0, 1, -2.5, 0.1, 65504, 6e-8, 1e-3]
    let parameter = Parameter(path: "x", shape: Shape(7), values: values)
    let bytes = HalfPrecision.checkpoint(
      [("b", Shape(7), parameter.values), ("a", Shape(7, 1), parameter.values)],
      metadata: ["format": "pt"])
    let path = folder.appending(path: "half.safetensors").path
    try AtomicFile.write(bytes, to: path)
    let reader = try WeightReader(file: path)
    #expect(reader.names == ["a", "b"])
    #expect(reader.metadata == ["format": "pt"])
    let tensor = try reader.tensor("a", shape: [7, 1])
    let read = withExtendedLifetime(tensor.owner) { Array(tensor.values) }
    #expect(read == values.map { Float(Float16($0)) })
    HalfPrecision.round(parameter.values)
    #expect(parameter.array == read)
  }

  @Test func sentencesOfErrors() {
    #expect(
      PretrainingError.diverged(step: 7).description
        == "pretraining: the loss is not finite at step 7. Use a smaller learning rate.")
    #expect(
      PretrainingError.cannotCreateFolder(path: "a/b", reason: "no space").description
        == "pretraining: cannot create the folder 'a/b': no space.")
  }
}

/// The backbone that is part of the program.
@Suite struct PretrainingResultTests {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../Sources/Training/Embedded").standardizedFileURL

  @Test func committedFilesBelongToTheLanguage() throws {
    let words = try String(contentsOf: Self.folder.appending(path: "vocab.txt"), encoding: .utf8)
    #expect(
      words.split(separator: "\n").map(String.init) == EmbeddedLexicon.standard.vocabulary)
    let bert = try Bert(directory: BackboneDirectory(path: Self.folder.path))
    #expect(bert.configuration == PretrainingSettings.architecture)
  }

  @Test(arguments: EmbeddedTask.allCases)
  func ordinaryTokenizerGivesTheTokensBack(task: EmbeddedTask) throws {
    let tokenizer = try Tokenizer(directory: Self.folder.path)
    let index = Dictionary(
      uniqueKeysWithValues: zip(EmbeddedLexicon.standard.vocabulary, Int32(0)...))
    for example in task.examples(.training, count: 300, seed: 0) {
      let parts = [example.text, example.pair].compactMap { $0 }
      let ids = parts.map { $0.split(separator: " ").compactMap { index[String($0)] } + [3] }
      let encoding = tokenizer.encode(example.text, pair: example.pair, maximumLength: 48)
      #expect(encoding.ids == [2] + ids.flatMap { $0 })
      let first = ids[0].count + 1
      #expect(
        encoding.types == encoding.ids.indices.map { $0 < first ? 0 : 1 })
    }
  }
}
