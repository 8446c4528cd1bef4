import Backbones
import LinearAlgebra
import NeuralNets
import TensorCore
import Testing

/// Adds to every row the mean of all rows, so that no row can be computed alone.
private final class MeanOfRows: LinearAdapter {
  let parameters: [Parameter] = []
  let canonicalForm = CanonicalForm.prefix(keys: [], values: [], length: 0)
  let worksRowByRow = false

  func adapted(_ y: Tensor, input x: Tensor, tape: Tape) -> Tensor {
    tape.addBias(y, tape.scaled(tape.sumRows(y), by: 1 / Float(y.rows)))
  }
}

/// Free keys and values for a layer's queries.
private final class FreePrefix: AttentionAdapter {
  private let keys = Parameter(path: "keys", shape: Shape(3, 16), values: FreePrefix.values(0.7))
  private let values = Parameter(
    path: "values", shape: Shape(3, 16), values: FreePrefix.values(0.3))

  private static func values(_ factor: Float) -> [Float] {
    (0..<48).map { Float($0 % 13 - 6) * 0.1 * factor }
  }

  var parameters: [Parameter] { [keys, values] }
  var canonicalForm: CanonicalForm { .prefix(keys: [], values: [], length: 3) }

  func prefix(_ x: Tensor, tape: Tape) -> AttentionPrefix {
    AttentionPrefix(keys: tape.parameter(keys), values: tape.parameter(values))
  }
}

/// The last layer for the first tokens alone against the whole layer.
@Suite struct ChosenRowsTests {
  private let noise = RandomKey(seed: 4)
  private let dropout = BackboneDropout(hidden: 0.2, attention: 0.2)

  private func result(
    _ bert: Bert, chosen: Bool, besides added: [Parameter] = []
  ) -> [[Float]] {
    let trained = bert.parameters.map(\.parameter) + added
    for parameter in trained { parameter.zeroGradient() }
    let batch = BertSupport.batch
    let tape = Tape(recording: true)
    tape.noise = noise
    let states =
      chosen
      ? bert.hidden(batch, rows: .firstTokens, tape: tape)
      : tape.gatherRows(bert.hidden(batch, tape: tape), rows: batch.firstTokens)
    let wanted = (0..<states.count).map { Float($0 % 7) - 3 }
    tape.backward(from: tape.meanSquaredError(states, targets: wanted))
    return withExtendedLifetime((bert, tape)) {
      [states.array] + trained.map(\.gradientArray)
    }
  }

  /// With every parameter trained and dropout at every place: states and all gradients.
  @Test func chosenRowsAreThoseOfTheWhole() throws {
    let bert = try BertSupport.tiny(dropout: dropout)
    for host in bert.parameters { host.parameter.makeTrainable() }
    let (chosen, whole) = (result(bert, chosen: true), result(bert, chosen: false))
    #expect(chosen.count == whole.count)
    for (a, b) in zip(chosen, whole) {
      #expect(BertSupport.largestDifference(a, b) < 2e-5)
    }
    #expect(chosen[1...].joined().contains { $0 != 0 })
  }

  /// A prefix in the last layer, with dropout off attention so that states are averaged.
  @Test func averagesBesideAPrefixAreThoseOfTheWhole() throws {
    let bert = try BertSupport.tiny(dropout: BackboneDropout(hidden: 0.2, attention: 0))
    let prefix = FreePrefix()
    bert.attach(prefix, at: InsertionSite(layer: 1, point: .attention))
    #expect(bert.averagesStates(layer: 1, withNoise: true))
    for parameter in bert.parameters.map(\.parameter) + prefix.parameters {
      parameter.makeTrainable()
    }
    let chosen = result(bert, chosen: true, besides: prefix.parameters)
    let whole = result(bert, chosen: false, besides: prefix.parameters)
    for (a, b) in zip(chosen, whole) {
      #expect(BertSupport.largestDifference(a, b) < 2e-5)
    }
    #expect(chosen.suffix(2).allSatisfy { $0.contains { abs($0) > 1e-4 } })
  }

  /// Nothing below the last layer is computed for fewer rows.
  @Test func anAdapterThatMixesRowsGetsTheWholeLayer() throws {
    for point in [InsertionPoint.query, .feedForwardOut] {
      let bert = try BertSupport.tiny(dropout: dropout)
      bert.attach(MeanOfRows(), at: InsertionSite(layer: 1, point: point))
      for host in bert.parameters { host.parameter.makeTrainable() }
      #expect(result(bert, chosen: true) == result(bert, chosen: false))
    }
  }
}
