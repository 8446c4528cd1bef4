import LinearAlgebra
import NeuralNets
import PEFTMethods
import SearchSpaces
import TensorCore
import Testing

/// What AdapterDrop promises beyond the laws.
@Suite struct AdapterDropTests {
  private static func instance(_ training: String, dropped: Int) -> MethodInstance {
    MethodInstance(
      "adapterdrop",
      [
        "bottleneck": .integer(4), "training": .text(training), "dropped": .integer(dropped),
      ])
  }

  private func model(_ instance: MethodInstance) throws -> TinyModel {
    let model = try TinyModel(PEFTConfiguration((3, []), model: [instance]))
    model.perturb()
    return model
  }

  /// Ordinary adapters in the layers from n up.
  private static func adapters(from lowest: Int) -> PEFTConfiguration {
    let adapter = MethodInstance("adapter", ["bottleneck": .integer(4)])
    return PEFTConfiguration(
      groups: (0..<3).map { LayerGroup(layers: 1, methods: $0 >= lowest ? [adapter] : []) },
      training: TrainingSettings())
  }

  /// The same adapters in the layers from n up alone.
  private func upper(_ model: TinyModel, from lowest: Int) throws -> TinyModel {
    let plain = try TinyModel(Self.adapters(from: lowest))
    let values = Dictionary(
      uniqueKeysWithValues: model.tensors.map { ($0.name, $0.parameter.array) })
    for tensor in plain.tensors {
      let name = tensor.name.replacing(".adapter.", with: ".adapterdrop.")
      tensor.parameter.assign(try #require(values[name]))
    }
    return plain
  }

  @Test(arguments: [0, 1, 2], ["robust", "specialised"])
  func droppedLayersAreTheBackbonesOwn(dropped: Int, training: String) throws {
    let model = try model(Self.instance(training, dropped: dropped))
    #expect(model.logits() == (try upper(model, from: dropped)).logits())
  }

  /// A step drops 0, 1 or 2 of three layers, the same number in all of them, and neither computes
  /// nor differentiates anything below.
  @Test func robustStepsDrawHowManyLayersAreDropped() throws {
    let model = try model(Self.instance("robust", dropped: 1))
    let tape = Tape(recording: true)
    var bytes: [Int: Int] = [:]
    for step in 0..<40 {
      for tensor in model.tensors { tensor.parameter.zeroGradient() }
      tape.reset()
      tape.noise = RandomKey(seed: 6).derived(step)
      let logits = model.logits(TinyModel.batch, tape: tape)
      let used = tape.usedBytes
      tape.backward(from: tape.crossEntropy(logits, labels: TinyModel.labels))
      let reached = Set(
        model.tensors.filter { $0.parameter.gradient.contains { $0 != 0 } }.map(\.name))
      let lowest = try #require(
        (0..<3).first { layer in reached.contains { $0.hasPrefix("layer.\(layer).") } })
      #expect(reached.count == 4 * (3 - lowest), "all tensors from layer \(lowest) up")
      #expect(bytes[lowest, default: used] == used)
      bytes[lowest] = used
    }
    #expect(bytes.keys.sorted() == [0, 1, 2])
    #expect(try #require(bytes[0]) > #require(bytes[1]))
    #expect(try #require(bytes[1]) > #require(bytes[2]))
  }

  @Test func whatIsDroppedIsNotDeployed() throws {
    let model = try model(Self.instance("robust", dropped: 2))
    let attached = try #require(model.attached)
    let names = attached.state(.deployed).map(\.name)
    #expect(names.count == 4 && names.allSatisfy { $0.hasPrefix("layer.2.") })
    #expect(attached.tensors.count == 12)
    #expect(attached.canonicalForms.map(\.site.layer) == [2])
    #expect(attached.actualCounts.trained == 3 * attached.actualCounts.deployed)
  }

  @Test(arguments: ["robust", "specialised"])
  func allLayersCannotBeDropped(training: String) throws {
    #expect(
      throws: MethodError.refused(
        method: "adapterdrop",
        reason: "drops 3 of 3 layers, which leaves none. Set dropped to at most 2")
    ) {
      try TinyModel(PEFTConfiguration((3, []), model: [Self.instance(training, dropped: 3)]))
    }
  }

  /// A specialised training costs what the adapters of the upper layers cost, forward and backward.
  @Test(arguments: [0, 1, 2])
  func specialisedCostsAreThoseOfTheUpperLayers(dropped: Int) throws {
    let schemas = Dictionary(
      uniqueKeysWithValues: MethodRegistry.schemas.map { ($0.name, $0) })
    func costs(_ configuration: PEFTConfiguration) -> TrialCosts {
      TrialCosts(of: configuration, on: TinyModel.shape, schemas: schemas)
    }
    let own = costs(
      PEFTConfiguration((3, []), model: [Self.instance("specialised", dropped: dropped)]))
    let upper = costs(Self.adapters(from: dropped))
    #expect(own == upper)
    let robust = costs(
      PEFTConfiguration((3, []), model: [Self.instance("robust", dropped: dropped)]))
    let all = costs(Self.adapters(from: 0))
    #expect(robust.parameters.trained == all.parameters.trained)
    #expect(robust.activationBytes == all.activationBytes)
    #expect(robust.fileBytes == upper.fileBytes && robust.flopsPerToken == upper.flopsPerToken)
  }

  /// It stands beside methods of the layers, also in those that it drops.
  @Test(arguments: ["lora", "prefix"])
  func otherMethodsStayInDroppedLayers(name: String) throws {
    let other = MethodInstance(name, name == "lora" ? [:] : ["mlp-width": .integer(0)])
    let model = try TinyModel(
      PEFTConfiguration((3, [other]), model: [Self.instance("specialised", dropped: 2)]))
    model.perturb()
    model.backward()
    for tensor in model.tensors where tensor.method == name {
      #expect(tensor.parameter.gradient.contains { $0 != 0 }, "\(tensor.name)")
    }
    #expect(model.tensors.contains { $0.method == name && $0.name.hasPrefix("layer.0.") })
  }
}
