import Checkpoints
import LinearAlgebra
import NeuralNets
import SearchSpaces
import TensorCore
import TestSupport
import Testing

@testable import PEFTMethods

/// FAR: which rows train, and that nothing else does.
@Suite struct RowSelectionTests {
  private static func far(_ retention: Int, priming: Double = 0.4) -> MethodInstance {
    MethodInstance("far", ["retention": .integer(retention), "priming": .number(priming)])
  }

  private static let besides: [[MethodInstance]] = [
    [], [MethodInstance("lora", ["rank": .integer(2)])],
    [MethodInstance("prefix", ["length": .integer(2), "mlp-width": .integer(0)])],
  ]

  private func rows(_ model: PreparedModel) -> [[Float]] {
    model.attached.tensors.filter { $0.kind == .positions }.map(\.parameter.array)
  }

  @Test(arguments: besides)
  func theRowsThatMoveMostAreKeptAndTheBackboneIsAsBefore(_ others: [MethodInstance]) throws {
    let model = try PreparedModel([Self.far(25)] + others)
    let before = model.model.backboneValues
    let drawn = rows(model)
    // The whole movement, by a stage that is not ended.
    let moved = try PreparedModel([Self.far(25)] + others)
    try moved.prepare(total: 10, upTo: 4)
    try model.prepare(total: 10)
    #expect(try model.hook.isPrepared)
    #expect(model.model.backboneValues == before)
    #expect(model.model.backbone.parameters.allSatisfy { !$0.parameter.hasGradient })
    #expect(rows(model) != drawn)
    for placed in model.attached.adapters {
      guard let block = placed.adapter as? RowBlock,
        let other = moved.attached.adapters.first(where: {
          $0.site == placed.site && $0.adapter is RowBlock
        })?.adapter as? RowBlock
      else { continue }
      let (start, end) = (block.linear.weight.array, other.linear.weight.array)
      let width = block.linear.inputWidth
      let movement = zip(start, end).map { abs(Double($0) - Double($1)) }
      let scores = (0..<block.linear.outputWidth).map { row in
        movement[row * width..<(row + 1) * width].reduce(0, +)
      }
      let kept = block.rows.numbers.map { Int($0) }
      #expect(kept == kept.sorted() && Set(kept).count == (scores.count + 3) / 4)
      let least = try #require(kept.map { scores[$0] }.min())
      #expect(scores.indices.allSatisfy { kept.contains($0) || scores[$0] <= least })
      for (index, row) in kept.enumerated() {
        let expected = (row * width..<(row + 1) * width).map { end[$0] - start[$0] }
        #expect(Array(block.weight.array[index * width..<(index + 1) * width]) == expected)
      }
    }
  }

  @Test func selectionIsDeterministicAndAStoppedStageLeavesNoTrace() throws {
    let first = try PreparedModel([Self.far(25)])
    try first.prepare(total: 10)
    let second = try PreparedModel([Self.far(25)])
    let before = second.attached.state(.training)
    let backbone = second.model.backboneValues
    try second.prepare(total: 10, upTo: 2)
    try second.hook.cancelPreparation()
    #expect(second.model.backboneValues == backbone)
    #expect(try !second.hook.isPrepared)
    // The adapters' own tensors took steps; the trainer puts those back.
    try second.attached.load(before)
    try second.prepare(total: 10)
    #expect(second.attached.state(.training) == first.attached.state(.training))
  }

  @Test func theSelectionTravelsInTheHooksState() throws {
    let first = try PreparedModel([Self.far(25)])
    try first.prepare(total: 10)
    let second = try PreparedModel([Self.far(25)], key: RandomKey(seed: 99))
    try second.hook.restore(first.hook.state.map(\.values))
    #expect(try second.hook.isPrepared)
    #expect(rows(second) == rows(first))
    #expect(try second.hook.state.map(\.name) == first.hook.state.map(\.name))
  }

  @Test func withoutPrimingTheRowsAreDrawn() throws {
    let drawn = try PreparedModel([Self.far(25, priming: 0)])
    #expect(try drawn.hook.isPrepared)
    let other = try PreparedModel([Self.far(25, priming: 0)], key: RandomKey(seed: 99))
    #expect(rows(drawn) != rows(other))
  }

  /// Training the rows equals training the whole maps with all other rows held.
  @Test(arguments: [20, 100])
  func equalsTrainingTheMapsWithAMask(retention: Int) throws {
    let blocks = try PreparedModel([Self.far(retention, priming: 0)])
    blocks.train(steps: 0..<4, of: 4)

    let plain = TinyModel()
    let points: [(name: String, layer: Int)] = (0..<3).flatMap { layer in
      [("feed-forward-in", layer), ("feed-forward-out", layer)]
    }
    var masked: [(parameter: Parameter, rows: Set<Int>)] = []
    for (name, layer) in points {
      let numbers = try #require(
        blocks.attached.tensors.first { $0.name == "layer.\(layer).\(name).far_rows" })
      for part in ["weight", "bias"] {
        let own = try plain.backbone.parameter("\(name).\(part)", layer: layer, for: "test")
        own.parameter.makeTrainable()
        masked.append((own.parameter, Set(numbers.parameter.array.map { Int($0) })))
      }
    }
    let optimizer = AdamW([
      ParameterGroup(
        parameters: masked.map {
          NamedParameter(name: $0.parameter.path, parameter: $0.parameter)
        }, learningRate: 0.01)
    ])
    for _ in 0..<4 {
      Gradients.zero(optimizer.parameters)
      let tape = Tape(recording: true)
      tape.backward(
        from: tape.crossEntropy(
          plain.logits(TinyModel.batch, tape: tape), labels: TinyModel.labels))
      for (parameter, rows) in masked {
        let width = parameter.shape.rank > 1 ? parameter.shape[1] : 1
        for index in 0..<parameter.count where !rows.contains(index / width) {
          parameter.gradient[index] = 0
        }
      }
      optimizer.step(factor: 1)
    }
    #expect(plain.logits() != TinyModel().logits())
    expectClose(blocks.model.logits(), plain.logits(), tolerance: 1e-5)
  }

  /// Five steps of priming beside PyTorch: the same rows, moved by the same amounts.
  @Test func primingEqualsPyTorch() throws {
    let model = try ParityModel(
      ParityTests.Fixture("far-selection", MethodInstance("far", ["retention": .integer(20)])))
    let hook = try #require(model.attached.hooks.first as? any PreparatoryHook)
    hook.beginPreparation()
    let primed = try #require(hook.primedTensors)
    let groups = [true, false].map { isMatrix in
      ParameterGroup(
        parameters: primed.filter { $0.decays == isMatrix }.map {
          NamedParameter(name: $0.name, parameter: $0.parameter)
        }, learningRate: 5e-3, weightDecay: isMatrix ? 0.01 : 0)
    }
    let head = model.headGroups(learningRate: 5e-3, weightDecay: 0.01)
    let optimizer = AdamW(groups + head)
    for step in 0..<5 {
      Gradients.zero(optimizer.parameters)
      let tape = Tape(recording: true)
      let logits = model.logits(model.batches[step % 2], tape: tape)
      tape.backward(from: tape.crossEntropy(logits, labels: model.labels[step % 2]))
      optimizer.step(factor: 1)
    }
    hook.endPreparation()
    for tensor in model.attached.tensors {
      let expected = try model.expected(tensor.name)
      if tensor.kind == .positions {
        #expect(tensor.parameter.array == expected, "\(tensor.name)")
      } else {
        expectClose(tensor.parameter.array, expected, tolerance: 2e-6)
      }
    }
  }
}
