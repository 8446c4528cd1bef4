import Backbones
import LinearAlgebra
import NeuralNets
import TensorCore
import Testing

/// Adds a constant to the output of a linear map and counts how often it is asked.
private final class ShiftingLinear: LinearAdapter {
  let parameters: [Parameter] = []
  let canonicalForm = CanonicalForm.prefix(keys: [], values: [], length: 0)
  let shift: [Float]
  var calls = 0
  var inputWidth = 0

  init(_ shift: [Float]) { self.shift = shift }

  func adapted(_ y: Tensor, input x: Tensor, tape: Tape) -> Tensor {
    calls += 1
    inputWidth = x.columns
    return tape.addBias(y, tape.constant(shift, shape: Shape(shift.count)))
  }
}

/// Adds a constant to a residual branch and keeps what the branch was.
private final class ShiftingBranch: HiddenAdapter {
  let parameters: [Parameter] = []
  let canonicalForm = CanonicalForm.prefix(keys: [], values: [], length: 0)
  let shift: [Float]
  var calls = 0
  var closed: [Float] = []

  init(_ shift: [Float]) { self.shift = shift }

  func delta(_ branch: ResidualBranch, tape: Tape) -> Tensor {
    calls += 1
    closed = branch.closingNorm(branch.output, residual: branch.input, tape: tape).array
    return tape.addBias(
      tape.zeros(branch.output.shape), tape.constant(shift, shape: Shape(shift.count)))
  }
}

/// Keys that no query prefers and large values.
private final class CountingPrefix: AttentionAdapter {
  let parameters: [Parameter] = []
  let canonicalForm = CanonicalForm.prefix(keys: [], values: [], length: 0)
  var calls = 0

  func prefix(_ x: Tensor, tape: Tape) -> AttentionPrefix {
    calls += 1
    let values = [Float](repeating: 3, count: 32)
    return AttentionPrefix(
      keys: tape.zeros(Shape(2, 16)), values: tape.constant(values, shape: Shape(2, 16)))
  }
}

/// Given rows in front of every sequence.
private final class GivenRows: EmbeddingAdapter {
  let parameters: [Parameter] = []
  let canonicalForm = CanonicalForm.other
  let values: [Float]
  var calls = 0

  init(_ values: [Float]) { self.values = values }

  var rowCount: Int { values.count / 16 }

  func rows(tape: Tape) -> Tensor? {
    calls += 1
    return tape.constant(values, shape: Shape(rowCount, 16))
  }
}

/// No rows, but three positions.
private final class ShiftedPositions: EmbeddingAdapter {
  let parameters: [Parameter] = []
  let canonicalForm = CanonicalForm.positionShift(3)
  let rowCount = 0
  let positionShift = 3

  func rows(tape: Tape) -> Tensor? { nil }
}

/// Adds a constant to what enters layer 0 and keeps what that was.
private final class ShiftingInput: InputAdapter {
  let parameters: [Parameter] = []
  let canonicalForm = CanonicalForm.other
  let shift: [Float]
  var read: [Float] = []

  init(_ shift: [Float]) { self.shift = shift }

  func delta(_ e: Tensor, tape: Tape) -> Tensor {
    read += e.array
    return tape.addBias(tape.zeros(e.shape), tape.constant(shift, shape: Shape(shift.count)))
  }
}

@Suite struct BertLawTests {
  private static let linearPoints: [InsertionPoint] = [
    .query, .key, .value, .attentionOutput, .feedForwardIn, .feedForwardOut,
  ]

  private static func shift(_ count: Int) -> [Float] {
    (0..<count).map { 0.3 * Float($0 % 5) - 0.5 }
  }

  @Test(arguments: linearPoints, [0, 1])
  func linearPointsAreHookedExactlyOnce(point: InsertionPoint, layer: Int) throws {
    let site = InsertionSite(layer: layer, point: point)
    let bert = try BertSupport.tiny()
    let linear = try #require(bert.linear(at: site))
    let adapter = ShiftingLinear(Self.shift(linear.outputWidth))
    bert.attach(adapter, at: site)
    let adapted = BertSupport.hidden(bert)
    #expect(adapter.calls == 1)
    #expect(adapter.inputWidth == linear.inputWidth)

    // The same shift, put into the map's own bias.
    let other = try BertSupport.tiny()
    let bias = try #require(other.linear(at: site)?.bias)
    bias.assign(zip(bias.array, adapter.shift).map { $0 + $1 })
    let moved = BertSupport.hidden(other)
    #expect(BertSupport.largestDifference(adapted, moved) < 1e-5)
    if point != .key {
      #expect(BertSupport.largestDifference(adapted, BertSupport.hidden(try .tiny)) > 1e-3)
    }
  }

  @Test(arguments: [InsertionPoint.attentionBlock, .feedForwardBlock], [0, 1])
  func residualBranchesAreHookedExactlyOnce(point: InsertionPoint, layer: Int) throws {
    let bert = try BertSupport.tiny()
    let adapters = [ShiftingBranch(Self.shift(16)), ShiftingBranch(Self.shift(16).reversed())]
    for adapter in adapters { bert.attach(adapter, at: InsertionSite(layer: layer, point: point)) }
    let adapted = BertSupport.hidden(bert)
    #expect(adapters.map(\.calls) == [1, 1])
    #expect(bert.linear(at: InsertionSite(layer: layer, point: point)) == nil)

    let other = try BertSupport.tiny()
    let output: InsertionPoint = point == .attentionBlock ? .attentionOutput : .feedForwardOut
    let bias = try #require(other.linear(at: InsertionSite(layer: layer, point: output))?.bias)
    let sum = zip(adapters[0].shift, adapters[1].shift).map { $0 + $1 }
    bias.assign(zip(bias.array, sum).map { $0 + $1 })
    #expect(BertSupport.largestDifference(adapted, BertSupport.hidden(other)) < 1e-5)
    // Both adapters read the branch as it was before either of them added anything.
    #expect(adapters[0].closed == adapters[1].closed)
  }

  @Test(arguments: [0, 1])
  func attentionTakesOnePrefix(layer: Int) throws {
    let bert = try BertSupport.tiny()
    let prefix = CountingPrefix()
    bert.attach(prefix, at: InsertionSite(layer: layer, point: .attention))
    let adapted = BertSupport.hidden(bert)
    #expect(prefix.calls == 1)
    #expect(BertSupport.largestDifference(adapted, BertSupport.hidden(try .tiny)) > 1e-3)
    bert.detachAll()
    #expect(BertSupport.hidden(bert) == BertSupport.hidden(try .tiny))
  }

  /// Two adapters with two rows and one equal three more words in front of every text.
  @Test func embeddingsTakeRowsAsIfTheyWereWords() throws {
    let bert = try BertSupport.tiny()
    let adapters = [GivenRows(Self.shift(32)), GivenRows(Self.shift(16).reversed())]
    for adapter in adapters { bert.attach(adapter, at: .embeddings) }
    let sequences = BertSupport.sequences.map { (ids: $0.ids.prefix(9), types: $0.types.prefix(9)) }
    let texts = PackedBatch(sequences: sequences.map { (Array($0.ids), Array($0.types)) })
    #expect(bert.maximumLength == 9)
    let adapted = BertSupport.hidden(bert, texts)
    #expect(adapters.map(\.calls) == [1, 1])
    #expect(adapted == BertSupport.hidden(bert, bert.expanded(texts)))

    let other = try BertSupport.tiny()
    let words = try #require(other.parameters(layer: nil).first).parameter
    let given = adapters.flatMap(\.values)
    words.assign(
      words.array.enumerated().map { $0 < 40 * 16 || $0 >= 43 * 16 ? $1 : given[$0 - 640] })
    let longer = sequences.map {
      (ids: [40, 41, 42] + Array($0.ids), types: [0, 0, 0] + Array($0.types))
    }
    #expect(adapted == BertSupport.hidden(other, PackedBatch(sequences: longer)))

    bert.detachAll()
    #expect(bert.maximumLength == 12)
    #expect(BertSupport.hidden(bert) == BertSupport.hidden(try .tiny))
  }

  /// Deltas go behind the norm of the embeddings, which a shift of that norm equals.
  @Test func theInputIsHookedExactlyOnce() throws {
    let bert = try BertSupport.tiny()
    let adapters = [ShiftingInput(Self.shift(16)), ShiftingInput(Self.shift(16).reversed())]
    for adapter in adapters { bert.attach(adapter, at: .input) }
    let adapted = BertSupport.hidden(bert)
    // Once each, and neither sees what the other adds.
    #expect(adapters[0].read.count == adapted.count && adapters[0].read == adapters[1].read)

    let other = try BertSupport.tiny()
    let norm = try #require(
      other.parameters(layer: nil).first { $0.name == "embeddings-norm.shift" }
    ).parameter
    let sum = zip(adapters[0].shift, adapters[1].shift).map { $0 + $1 }
    norm.assign(zip(norm.array, sum).map { $0 + $1 })
    #expect(BertSupport.largestDifference(adapted, BertSupport.hidden(other)) < 1e-5)
    bert.detachAll()
    #expect(BertSupport.hidden(bert) == BertSupport.hidden(try .tiny))
  }

  /// Positions that move without rows: the position table moved the other way.
  @Test func positionsMoveWithoutRows() throws {
    let bert = try BertSupport.tiny()
    bert.attach(ShiftedPositions(), at: .embeddings)
    #expect(bert.maximumLength == 9)
    let texts = PackedBatch(sequences: Array(BertSupport.sequences.prefix(2)))
    let other = try BertSupport.tiny()
    let table = try #require(
      other.parameters(layer: nil).first { $0.name == "embeddings.position" }
    ).parameter
    table.assign(Array(table.array.dropFirst(3 * 16)) + table.array.prefix(3 * 16))
    #expect(BertSupport.hidden(bert, texts) == BertSupport.hidden(other, texts))
  }

  /// The first of the inserted rows is what a head on the first token reads.
  @Test func firstTokensAreTheFirstInsertedRows() throws {
    let bert = try BertSupport.tiny()
    bert.attach(GivenRows(Self.shift(32)), at: .embeddings)
    let texts = PackedBatch(sequences: Array(BertSupport.sequences.prefix(2)))
    let tape = Tape(recording: false)
    withExtendedLifetime((bert, tape)) {
      let all = bert.hidden(texts, tape: tape)
      let first = tape.gatherRows(all, rows: [0, 8]).array
      let chosen = bert.hidden(texts, rows: .firstTokens, tape: tape).array
      #expect(BertSupport.largestDifference(chosen, first) < 2e-6)
      #expect(all.rows == 6 + 3 + 2 * 2)
    }
  }

  @Test func everyListedPointIsOneOfTheTestedKinds() throws {
    let bert = try BertSupport.tiny()
    for layer in 0..<bert.layerCount {
      #expect(
        Set(bert.insertionPoints(layer: layer))
          == Set(
            Self.linearPoints + [.attentionBlock, .feedForwardBlock, .attention]
              + (layer == 0 ? [.embeddings, .input] : [])))
    }
  }

  @Test func detachingRestoresTheCheckpoint() throws {
    let bert = try BertSupport.tiny()
    let before = BertSupport.hidden(bert)
    for point in Self.linearPoints {
      let site = InsertionSite(layer: 1, point: point)
      let width = try #require(bert.linear(at: site)).outputWidth
      bert.attach(ShiftingLinear(Self.shift(width)), at: site)
    }
    bert.attach(
      ShiftingBranch(Self.shift(16)), at: InsertionSite(layer: 0, point: .attentionBlock))
    #expect(BertSupport.hidden(bert) != before)
    bert.detachAll()
    #expect(BertSupport.hidden(bert) == before)
  }

  @Test func packingNeverChangesARealToken() throws {
    let bert = try BertSupport.tiny()
    let together = BertSupport.hidden(bert)
    var alone: [Float] = []
    for sequence in BertSupport.sequences {
      alone += BertSupport.hidden(bert, PackedBatch(sequences: [sequence]))
    }
    #expect(BertSupport.largestDifference(together, alone) < 2e-6)
    let reversed = BertSupport.hidden(
      bert, PackedBatch(sequences: BertSupport.sequences.reversed()))
    #expect(
      BertSupport.largestDifference(Array(together.prefix(6 * 16)), Array(reversed.suffix(6 * 16)))
        < 2e-6)
  }

  @Test func evaluationMemoryDoesNotGrowWithLayers() {
    func reserved(layers: Int) -> Int {
      let configuration = BertConfiguration(
        vocabulary: 20, width: 64, layers: layers, heads: 4, feedForward: 256, positions: 64)
      let bert = Bert(configuration, hasPooler: false) { name, shape in
        Parameter(path: name, shape: shape, values: [Float](repeating: 0.01, count: shape.count))
      }
      let sequence = ([Int32](repeating: 3, count: 64), [Int32](repeating: 0, count: 64))
      let tape = Tape(recording: false)
      _ = bert.hidden(PackedBatch(sequences: .init(repeating: sequence, count: 64)), tape: tape)
      return tape.reservedBytes
    }
    #expect(reserved(layers: 12) == reserved(layers: 2))
  }

  @Test func dropoutFollowsTheTapesNoise() throws {
    let plain = BertSupport.hidden(try .tiny)
    let bert = try BertSupport.tiny(dropout: BackboneDropout(hidden: 0.1, attention: 0.1))
    #expect(BertSupport.hidden(bert) == plain)
    func noisy(_ seed: UInt64) -> [Float] {
      BertSupport.hidden(bert, noise: RandomKey(seed: seed))
    }
    #expect(noisy(1) == noisy(1))
    #expect(noisy(1) != noisy(2))
    #expect(noisy(1) != plain)
  }
}

extension Bert {
  fileprivate static var tiny: Bert {
    get throws { try BertSupport.tiny() }
  }
}
