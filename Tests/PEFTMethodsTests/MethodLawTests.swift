import LinearAlgebra
import NeuralNets
import PEFTMethods
import SearchSpaces
import TensorCore
import Testing

/// The laws of every PEFT method, over every registered method and every choice it offers.
@Suite struct MethodLawTests {
  @Test(arguments: LawCase.all)
  func identityAtInitialisationIsWhatIsDeclared(_ law: LawCase) throws {
    let method = try MethodRegistry.method(law.instance)
    let adapted = try TinyModel(PEFTConfiguration(law: law.instance)).logits()
    let frozen = TinyModel().logits()
    #expect((adapted == frozen) == method.startsAsIdentity)
  }

  @Test(arguments: LawCase.all)
  func onlyDeclaredParametersGetGradients(_ law: LawCase) throws {
    // All of a few ReLUs may be closed by chance, which no GELU is.
    let model = try TinyModel(PEFTConfiguration(law: law.smooth.instance))
    model.perturb()
    model.backward()
    let trained = Set(model.tensors.filter(\.isTrained).map { ObjectIdentifier($0.parameter) })
    #expect(!trained.isEmpty)
    for own in model.backbone.parameters {
      #expect(
        own.parameter.isTrainable == trained.contains(ObjectIdentifier(own.parameter)),
        "\(own.parameter.path)")
    }
    for tensor in model.tensors {
      #expect(tensor.parameter.isTrainable == tensor.isTrained, "\(tensor.name)")
      let isReached = tensor.parameter.gradient.contains { $0 != 0 }
      // Without noise what is dropped takes no part.
      #expect(
        isReached == (tensor.isTrained && tensor.kind != .dropped),
        "\(tensor.name) is reached by no gradient")
    }
  }

  @Test(arguments: LawCase.all)
  func backboneIsBitEqualAfterAStep(_ law: LawCase) throws {
    let model = try TinyModel(PEFTConfiguration(law: law.instance))
    let before = model.backboneValues
    let attached = try #require(model.attached)
    let optimizer = AdamW(attached.parameterGroups(learningRate: 0.01, weightDecay: 0.1))
    for _ in 0..<2 {
      model.backward()
      optimizer.step(factor: 1)
    }
    let rewritten = Set(
      model.tensors.filter { $0.kind == .rewritten }.map { ObjectIdentifier($0.parameter) })
    for own in model.backbone.parameters {
      let isSame = own.parameter.array == before[own.parameter.path]
      #expect(
        isSame == !rewritten.contains(ObjectIdentifier(own.parameter)), "\(own.parameter.path)")
    }
  }

  @Test(arguments: LawCase.all)
  func gradientsEqualCentralDifferences(_ law: LawCase) throws {
    let model = try TinyModel(PEFTConfiguration(law: law.smooth.instance))
    model.perturb()
    guard try MethodRegistry.method(law.instance).hasExactGradients else {
      // What is held constant must show: else the method differentiates exactly and shall say so.
      #expect(try centralDifferences(model).contains { !$0.agrees })
      return
    }
    try expectCentralDifferences(model)
  }

  @Test(arguments: LawCase.all)
  func predictedCountsEqualActualOnes(_ law: LawCase) throws {
    let configuration = PEFTConfiguration(law: law.instance)
    let predicted = try PEFTModelBuilder.predictedCounts(configuration, shape: TinyModel.shape)
    let attached = try #require(try TinyModel(configuration).attached)
    let actual = attached.actualCounts
    #expect(predicted.trained == actual.trained)
    #expect(predicted.deployed == actual.deployed)
    #expect(predicted.published <= predicted.deployed && predicted.published > 0)
    let schemas = Dictionary(
      uniqueKeysWithValues: MethodRegistry.schemas.map { ($0.name, $0) })
    let costs = TrialCosts(of: configuration, on: TinyModel.shape, schemas: schemas)
    #expect(costs.parameters == predicted)
    #expect(costs.fileBytes == 4 * attached.state(.deployed).reduce(0) { $0 + $1.values.count })
  }

  @Test(arguments: LawCase.all)
  func savedAndLoadedTensorsGiveTheSameModel(_ law: LawCase) throws {
    let configuration = PEFTConfiguration(law: law.instance)
    let model = try TinyModel(configuration)
    model.perturb()
    let attached = try #require(model.attached)
    let other = try TinyModel(configuration, key: RandomKey(seed: 77))
    let otherAttached = try #require(other.attached)
    try otherAttached.load(attached.state(.training))
    #expect(otherAttached.state(.training) == attached.state(.training))
    #expect(other.logits() == model.logits())

    let deployed = try TinyModel(try PEFTModelBuilder.deployed(configuration))
    let deployedAttached = try #require(deployed.attached)
    try deployedAttached.load(attached.state(.deployed))
    expectClose(deployed.logits(), model.logits(), tolerance: 1e-5)
  }

  @Test(arguments: LawCase.all)
  func mergedForwardEqualsAdaptedForward(_ law: LawCase) throws {
    let model = try TinyModel(PEFTConfiguration(law: law.instance))
    model.perturb()
    let attached = try #require(model.attached)
    let isMergeable = MethodRegistry.schemas.first { $0.name == law.instance.name }?.isMergeable
    #expect(attached.isMergeable == isMergeable)
    guard attached.isMergeable else {
      #expect(throws: MethodError.notMergeable(methods: [law.instance.name])) {
        try attached.mergedTensors()
      }
      return
    }
    let plain = TinyModel()
    try attached.merge(into: plain.backbone)
    #expect(plain.logits() != TinyModel().logits())
    expectClose(plain.logits(), model.logits(), tolerance: 1e-5)
  }

  @Test(arguments: LawCase.all)
  func claimsNameTheTensorsThatAreRewritten(_ law: LawCase) throws {
    let schema = try #require(MethodRegistry.schemas.first { $0.name == law.instance.name })
    let model = try TinyModel(PEFTConfiguration(law: law.instance))
    let prefix = schema.scope == .layer ? "layer.2." : ""
    let owned = model.attached?.rewrittenTensors.map(\.name).filter { $0.hasPrefix(prefix) } ?? []
    // A model-wide claim names the first tensor of each part.
    let claims = Set(schema.claims(law.instance, TinyModel.shape).map { prefix + $0 })
    #expect(schema.scope == .layer ? claims == Set(owned) : claims.isSubset(of: Set(owned)))
  }

  /// What the schema refuses is not attached either.
  @Test(arguments: LawCase.refused)
  func refusedMethodsAreNotAttached(_ schema: MethodSchema) throws {
    let instance = LawCase.base(schema, number: 3)
    let reason = try #require(schema.refusal(instance, TinyModel.shape))
    #expect(throws: MethodError.refused(method: schema.name, reason: reason)) {
      try TinyModel(PEFTConfiguration(law: instance))
    }
  }

  @Test func everyChoiceReachesItsOwnSitesOrTensors() throws {
    for schema in MethodRegistry.schemas {
      let placing = schema.parameters.filter {
        ["placement", "targets", "terms", "parts"].contains($0.name)
      }
      for parameter in placing {
        let cases = LawCase.cases(schema).filter { $0.label.contains(" \(parameter.name)=") }
        let reached = try cases.map { law in
          let model = try TinyModel(PEFTConfiguration(law: law.instance))
          let forms = model.attached?.canonicalForms ?? []
          return model.tensors.map(\.name).joined()
            + forms.map { "\($0.site)\(wiring($0.form))" }.joined()
        }
        #expect(Set(reached).count == cases.count, "\(schema.name) \(parameter.name)")
      }
    }
  }

  private func wiring(_ form: CanonicalForm) -> String {
    guard case .bottleneck(let bottleneck) = form else { return "" }
    return bottleneck.wiring.rawValue
  }
}

/// A directional derivative of the loss beside a central difference.
struct DirectionalDerivative {
  let tensor: String
  let difference: Double
  let gradient: Double

  var agrees: Bool { abs(difference - gradient) <= 0.02 * abs(gradient) + 1e-4 }
}

/// Compares directional derivatives of every trained tensor with central differences.
func expectCentralDifferences(
  _ model: TinyModel, sourceLocation: SourceLocation = #_sourceLocation
) throws {
  for slope in try centralDifferences(model) {
    #expect(
      slope.agrees,
      "\(slope.tensor): difference \(slope.difference), gradient \(slope.gradient)",
      sourceLocation: sourceLocation)
  }
}

/// One direction for each trained tensor.
///
/// The direction is the gradient's own plus random noise of the same length, so that the true
/// derivative is never small against the rounding of a Float32 loss.
func centralDifferences(_ model: TinyModel) throws -> [DirectionalDerivative] {
  model.backward()
  return model.tensors.filter(\.isTrained).map { tensor in
    let values = tensor.parameter.array
    let gradient = tensor.parameter.gradient.map(Double.init)
    var random = CounterRandom(RandomKey(seed: 3).derived(tensor.name))
    let noise = gradient.map { _ in random.normal() }
    let direction = zip(unit(gradient), unit(noise)).map { $0 + $1 / 2 }
    let slope = zip(gradient, direction).reduce(0) { $0 + $1.0 * $1.1 }
    let step = 1e-2
    func loss(_ factor: Double) -> Double {
      tensor.parameter.assign(zip(values, direction).map { $0 + Float(factor * $1) })
      return model.loss()
    }
    // Richardson's combination of steps h and h/2 removes the third derivative.
    let wide = (loss(step) - loss(-step)) / (2 * step)
    let narrow = (loss(step / 2) - loss(-step / 2)) / step
    tensor.parameter.assign(values)
    return DirectionalDerivative(
      tensor: tensor.name, difference: (4 * narrow - wide) / 3, gradient: slope)
  }
}

private func unit(_ vector: [Double]) -> [Double] {
  let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
  return length == 0 ? vector : vector.map { $0 / length }
}

/// Compares elementwise with an absolute tolerance.
func expectClose(
  _ got: [Float], _ expected: [Float], tolerance: Float,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(got.count == expected.count, sourceLocation: sourceLocation)
  let largest = zip(got, expected).map { abs($0 - $1) }.max() ?? 0
  #expect(largest <= tolerance, "largest difference \(largest)", sourceLocation: sourceLocation)
}
