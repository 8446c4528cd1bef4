import LinearAlgebra
import PEFTMethods
import SearchSpaces
import Testing

/// Two methods at once: random pairs of all law cases, in the same and in different layers.
@Suite struct MethodPairTests {
  struct Pair: Sendable, CustomTestStringConvertible {
    let first: LawCase
    let second: LawCase

    var testDescription: String { "\(first.label) with \(second.label)" }

    var configuration: PEFTConfiguration {
      let layer = [first, second].filter { !$0.isModelWide }.map(\.instance)
      let model = [first, second].filter(\.isModelWide).map(\.instance)
      return PEFTConfiguration((1, Array(layer.prefix(1))), (2, layer), model: model)
    }

    /// Whether both own the attention of the upper layers.
    var shareAttention: Bool {
      Set([first.instance.name, second.instance.name]).isSubset(
        of: ["prefix", "p-tuning-v2", "apt", "unipelt"])
    }

    /// The tensors that both rewrite in one place.
    var sharedClaims: Set<String> {
      guard first.isModelWide == second.isModelWide else { return [] }
      return Set(first.claims).intersection(second.claims)
    }
  }

  /// Sixty pairs of different methods, chosen by a fixed seed.
  static let pairs: [Pair] = {
    var random = CounterRandom(RandomKey(seed: 2024))
    var found: [Pair] = []
    while found.count < 60 {
      let first = LawCase.all[random.integer(below: LawCase.all.count)]
      let second = LawCase.all[random.integer(below: LawCase.all.count)]
      if first.instance.name != second.instance.name {
        found.append(Pair(first: first.smooth, second: second.smooth))
      }
    }
    return found
  }()

  @Test(arguments: pairs)
  func pairsKeepTheLawsOrAreRefused(_ pair: Pair) throws {
    guard pair.sharedClaims.isEmpty, !pair.shareAttention else {
      #expect(throws: MethodError.self) { try TinyModel(pair.configuration) }
      return
    }
    let model = try TinyModel(pair.configuration)
    let attached = try #require(model.attached)
    let names = attached.tensors.map(\.name)
    #expect(Set(names).count == names.count)

    let predicted = try PEFTModelBuilder.predictedCounts(
      pair.configuration, shape: TinyModel.shape)
    #expect(predicted.trained == attached.actualCounts.trained)
    #expect(predicted.deployed == attached.actualCounts.deployed)

    model.perturb(deviation: 0.1)
    if try [pair.first, pair.second].allSatisfy({
      try MethodRegistry.method($0.instance).hasExactGradients
    }) {
      try expectCentralDifferences(model)
    }

    let deployed = try TinyModel(try PEFTModelBuilder.deployed(pair.configuration))
    try #require(deployed.attached).load(attached.state(.deployed))
    expectClose(deployed.logits(), model.logits(), tolerance: 1e-5)
    if attached.isMergeable {
      let plain = TinyModel()
      try attached.merge(into: plain.backbone)
      expectClose(plain.logits(), model.logits(), tolerance: 2e-5)
    }
  }
}

extension LawCase {
  private var schema: MethodSchema? {
    MethodRegistry.schemas.first { $0.name == instance.name }
  }

  var isModelWide: Bool { schema?.scope == .model }

  var claims: [String] { schema?.claims(instance, TinyModel.shape) ?? [] }
}
