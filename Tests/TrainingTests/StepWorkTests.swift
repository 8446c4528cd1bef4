import Foundation
import LinearAlgebra
import NeuralNets
import SearchSpaces
import TensorCore
import Testing

@testable import Training

@Suite struct StepWorkTests {
  private let shape = BackboneShape(layers: 2, width: 4, feedForward: 8, heads: 2)
  private let lengths = [3, 2]
  private var tokens: Int { 5 }
  /// Σ n².
  private var pairs: Int { 13 }

  private func step(
    _ layers: [LayerTuning], tunesEmbeddings: Bool = false,
    head: [(input: Int, output: Int, isTrained: Bool)] = []
  ) -> StepWork {
    WorkCounter.step(
      shape: shape, layers: layers, tunesEmbeddings: tunesEmbeddings, head: head,
      lengths: lengths)
  }

  /// One layer's forward: four D × D maps, two D × F maps, scores and their sums.
  private var forward: Int { tokens * (4 * 16 + 2 * 32) + 2 * pairs * 4 }
  /// The same products backward, through inputs only: each map once, attention four times.
  private var through: Int { tokens * (4 * 16 + 2 * 32) + 4 * pairs * 4 }

  @Test func frozenLayersHaveNoBackward() {
    let work = step([LayerTuning(), LayerTuning()], head: [(4, 4, false), (4, 3, true)])
    #expect(work.forward == 2 * forward + 2 * (16 + 12))
    #expect(work.backward == 2 * 12)
  }

  @Test func tunedEmbeddingsSendGradientsThroughEverything() {
    let work = step([LayerTuning(), LayerTuning()], tunesEmbeddings: true)
    #expect(work.backward == 2 * through)
  }

  @Test func lowRankUpdatesOfTheLowestLayerNeedNoGradientBelow() {
    var tuned = LayerTuning()
    tuned.ranks = [.query: 2, .value: 2]
    let adapters = 2 * tokens * 2 * 8
    let lowest = step([tuned, LayerTuning()])
    #expect(lowest.forward == 2 * forward + adapters)
    // In the tuned layer: dV, dP, dQ, not dK; output and feed-forward maps; dB, d(xAᵀ), dA.
    let own = 3 * pairs * 4 + tokens * (16 + 2 * 32) + 2 * tokens * 2 * (4 + 4 + 4)
    #expect(lowest.backward == own + through)
    let highest = step([LayerTuning(), tuned])
    #expect(highest.backward == own)
    let both = step([tuned, tuned])
    #expect(both.backward == 2 * own + tokens * 3 * 16 + pairs * 4 + 2 * tokens * 2 * 4)
  }

  @Test func aBiasOfTheLastMapNeedsNoProductAtAll() {
    var tuned = LayerTuning()
    tuned.trainedBiases = [.feedForwardOut]
    #expect(step([LayerTuning(), tuned]).backward == 0)
    tuned.trainedBiases = [.feedForwardIn]
    #expect(step([LayerTuning(), tuned]).backward == tokens * 32)
  }

  @Test func trainedWeightsCostTheirOwnGradient() {
    var tuned = LayerTuning()
    tuned.trainedWeights = [
      .query, .key, .value, .attentionOutput, .feedForwardIn, .feedForwardOut,
    ]
    let work = step([tuned, tuned], tunesEmbeddings: true)
    #expect(work.backward == 2 * through + 2 * tokens * (4 * 16 + 2 * 32))
  }

  @Test func prefixesLengthenKeysAndValues() {
    var tuned = LayerTuning()
    tuned.prefix = 3
    let longer = pairs + 3 * tokens
    let work = step([tuned])
    #expect(work.forward == tokens * (4 * 16 + 2 * 32) + 2 * longer * 4)
    // dV, dP and dK, not dQ; then the maps above attention.
    #expect(work.backward == 3 * longer * 4 + tokens * (16 + 2 * 32))
  }

  @Test func bottlenecksCountByWhatTheyRead() {
    var serial = LayerTuning()
    serial.feedForwardBranches = [LayerTuning.Branch(width: 2, readsInput: false)]
    let product = tokens * 4 * 2
    #expect(step([LayerTuning(), serial]).forward == 2 * forward + 2 * product)
    #expect(step([LayerTuning(), serial]).backward == 3 * product)
    #expect(step([serial, serial]).backward == 3 * product + through + 4 * product)
  }

  /// Queries, attention output and feed-forward of two rows; keys and values of all.
  @Test func theLastLayerIsCountedForTheRowsThatAreRead() {
    let read = 2 * (2 * 16 + 2 * 32)
    let work = WorkCounter.step(
      shape: shape, layers: [LayerTuning()], tunesEmbeddings: true, rowsRead: .firstTokens,
      head: [], lengths: lengths)
    #expect(work.forward == tokens * 2 * 16 + read + 2 * tokens * 4)
    #expect(work.backward == tokens * 2 * 16 + read + 4 * tokens * 4)
  }

  /// Two heads of two rows: the key map for two rows, the value map for four, attention D wide twice.
  @Test func averagesOfStatesAreCounted() {
    let read = 2 * (3 * 16 + 2 * 32) + 4 * 16
    let work = WorkCounter.step(
      shape: shape, layers: [LayerTuning()], tunesEmbeddings: true, rowsRead: .firstTokens,
      averagesStates: true, head: [], lengths: lengths)
    #expect(work.forward == read + 2 * tokens * 2 * 4)
    #expect(work.backward == read + 4 * tokens * 2 * 4)
  }

  /// Besides, a prefix of three: scores for each row, sums for each head of it.
  ///
  /// Below it is nothing that needs a gradient: dA and dV̂, dP̂ and dK̂, then the maps above attention.
  @Test func aPrefixBesideAveragesIsCounted() {
    var tuned = LayerTuning()
    tuned.prefix = 3
    let read = 2 * (3 * 16 + 2 * 32) + 4 * 16
    let work = WorkCounter.step(
      shape: shape, layers: [tuned], tunesEmbeddings: false, rowsRead: .firstTokens,
      averagesStates: true, head: [], lengths: lengths)
    #expect(work.forward == read + 2 * tokens * 2 * 4 + 2 * 4 * 3 + 4 * 3 * 4)
    let above = 2 * (16 + 2 * 32) + 4 * 16
    #expect(work.backward == above + tokens * 2 * 4 + 2 * 4 * 3 + 2 * 4 * 3 * 4)
  }

  @Test func layersWithKeptStatesAreNotCounted() {
    var tuned = LayerTuning()
    tuned.ranks = [.query: 2]
    func work(kept: Int) -> StepWork {
      WorkCounter.step(
        shape: shape, layers: [LayerTuning(), tuned], tunesEmbeddings: false, keptLayers: kept,
        head: [], lengths: lengths)
    }
    #expect(work(kept: 0).forward == work(kept: 1).forward + forward)
    #expect(work(kept: 0).backward == work(kept: 1).backward)
  }

  /// Three rows in front of each text: longer sequences, and gradients through all layers.
  @Test func insertedRowsAreWalkedAsTokens() throws {
    let folder = try TemporaryFolder()
    let source = try BackboneSource(name: try TinyBackbone.make(in: folder))
    let model = try FineTunedModel(
      backbone: source.backbone,
      configuration: PEFTConfiguration(
        groups: [LayerGroup(layers: 2, methods: [])],
        model: [MethodInstance("prompt-tuning", ["length": .integer(3)])],
        training: TrainingSettings()),
      headKind: .automatic, outputCount: 2, headDropout: 0, key: RandomKey(seed: 1))
    let expected = WorkCounter.step(
      shape: BackboneShape(layers: 2, width: 16, feedForward: 32, heads: 2),
      layers: [LayerTuning(), LayerTuning()], tunesEmbeddings: true, rowsRead: .firstTokens,
      averagesStates: true, head: [(16, 16, false), (16, 2, true)], lengths: [7, 9])
    #expect(model.stepWork(lengths: [4, 6], readsFrozenStates: false) == expected)
  }

  /// A second pass is a step's work once more, and a regression has none.
  @Test func secondPassesAreCounted() throws {
    let folder = try TemporaryFolder()
    func work(_ consistency: Bool, outputCount: Int) throws -> StepWork {
      let source = try BackboneSource(name: try TinyBackbone.make(in: folder))
      let adamix = MethodInstance(
        "adamix", ["bottleneck": .integer(3), "consistency": .flag(consistency)])
      return try FineTunedModel(
        backbone: source.backbone,
        configuration: PEFTConfiguration(
          groups: [LayerGroup(layers: 2, methods: [adamix])], training: TrainingSettings()),
        headKind: .automatic, outputCount: outputCount, headDropout: 0, key: RandomKey(seed: 1)
      ).stepWork(lengths: [4, 6], readsFrozenStates: false)
    }
    let (once, twice) = (try work(false, outputCount: 2), try work(true, outputCount: 2))
    #expect(twice.forward == 2 * once.forward && twice.backward == 2 * once.backward)
    #expect(try work(true, outputCount: 1) == work(false, outputCount: 1))
  }

  /// The walk over a real model finds its adapters: LoRA r 2 on query and value of two layers.
  @Test func aModelIsWalkedAsItIs() throws {
    let folder = try TemporaryFolder()
    let source = try BackboneSource(name: try TinyBackbone.make(in: folder))
    let model = try FineTunedModel(
      backbone: source.backbone,
      configuration: PEFTConfiguration(
        groups: [LayerGroup(layers: 2, methods: [TinyTrial.lora])],
        training: TrainingSettings()),
      headKind: .automatic, outputCount: 2, headDropout: 0, key: RandomKey(seed: 1))
    var tuned = LayerTuning()
    tuned.ranks = [.query: 2, .value: 2]
    let expected = WorkCounter.step(
      shape: BackboneShape(layers: 2, width: 16, feedForward: 32, heads: 2),
      layers: [tuned, tuned], tunesEmbeddings: false, rowsRead: .firstTokens,
      head: [(16, 16, false), (16, 2, true)], lengths: [4, 6])
    #expect(model.stepWork(lengths: [4, 6], readsFrozenStates: false) == expected)
  }
}
