import Backbones
import Checkpoints
import Foundation
import LinearAlgebra
import NeuralNets
import PEFTMethods
import SearchSpaces
import TensorCore
import TestSupport
import Testing

/// The fixture's model with the fixture's initial tensors.
struct ParityModel {
  let backbone: Bert
  let head: PoolerHead
  let attached: AttachedConfiguration
  let batches: [PackedBatch]
  let labels: [[Int32]]
  private let fixture: WeightReader

  init(_ fixture: ParityTests.Fixture) throws {
    self.fixture = try Self.reader("\(fixture.file).safetensors")
    let directory = try BackboneDirectory(path: Fixtures.url("peft/tiny-bert").path)
    backbone = try Bert(directory: directory)
    let weights = try directory.weights()
    let output = Linear(
      weight: try Self.parameter(weights, "classifier.weight"),
      bias: try Self.parameter(weights, "classifier.bias"))
    head = PoolerHead(pooler: try #require(backbone.pooler), output: output, dropout: 0)
    head.makeTrainable()
    attached = try PEFTModelBuilder.attach(
      fixture.configuration, to: backbone, key: RandomKey(seed: 1))
    let initial = self.fixture.names.filter { $0.hasPrefix("initial.") }
    if !initial.isEmpty {
      let reader = self.fixture
      try attached.load(
        initial.map { name in
          let tensor = try reader.tensor(name)
          return AdapterTensor(
            name: String(name.dropFirst("initial.".count)), shape: tensor.shape,
            values: Array(tensor.values))
        })
    }
    let data = try Self.reader("batches.safetensors")
    let pairs = try (0..<2).map { try Self.batch(data, $0) }
    batches = pairs.map(\.0)
    labels = pairs.map(\.1)
  }

  /// All trained tensors, the head's last, under the fixture's names.
  var trained: [NamedParameter] {
    attached.trainedParameters
      + [
        NamedParameter(name: "classifier.weight", parameter: head.output.weight),
        head.output.bias.map { NamedParameter(name: "classifier.bias", parameter: $0) },
      ].compactMap { $0 }
  }

  func headGroups(learningRate: Double, weightDecay: Double) -> [ParameterGroup] {
    trained.suffix(2).map {
      ParameterGroup(
        parameters: [$0], learningRate: learningRate,
        weightDecay: $0.parameter.shape.rank > 1 ? weightDecay : 0)
    }
  }

  func logits(_ batch: PackedBatch, tape: Tape) -> Tensor {
    head.logits(
      hidden: backbone.hidden(batch, tape: tape), batch: backbone.expanded(batch), tape: tape)
  }

  func expected(_ name: String) throws -> [Float] {
    Array(try fixture.tensor(name).values)
  }

  private static func reader(_ file: String) throws -> WeightReader {
    try WeightReader(file: Fixtures.url("peft/\(file)").path)
  }

  private static func parameter(_ weights: WeightReader, _ name: String) throws -> Parameter {
    let tensor = try weights.tensor(name)
    return Parameter(path: name, shape: Shape(tensor.shape), values: Array(tensor.values))
  }

  private static func batch(
    _ data: WeightReader, _ number: Int
  ) throws -> (PackedBatch, [Int32]) {
    func numbers(_ name: String) throws -> [Int32] {
      try data.tensor("\(number).\(name)").values.map { Int32($0) }
    }
    let tokens = try numbers("tokens")
    let types = try numbers("types")
    var sequences: [(ids: [Int32], types: [Int32])] = []
    var start = 0
    for length in try numbers("lengths") {
      let range = start..<start + Int(length)
      sequences.append((ids: Array(tokens[range]), types: Array(types[range])))
      start = range.upperBound
    }
    return (PackedBatch(sequences: sequences), try numbers("labels"))
  }
}
