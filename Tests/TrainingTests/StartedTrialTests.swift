import Checkpoints
import Foundation
import PEFTMethods
import SearchSpaces
import Testing

@testable import Training

/// Trainings that start from tensors instead of initial draws.
@Suite struct StartedTrialTests {
  private static let still = TrainingSettings(
    epochs: 1, batch: 8, learningRate: 1e-12, maximumLength: 12)

  private static func tensors(_ path: String) throws -> [String: [Float]] {
    let reader = try WeightReader(file: path)
    return Dictionary(
      uniqueKeysWithValues: try reader.names.map { ($0, Array(try reader.tensor($0).values)) })
  }

  /// The head and the methods begin where the file says: a training that hardly moves ends there.
  @Test func aTrainingBeginsWhereItsStartEnds() throws {
    var trial = try TinyTrial()
    let first = try trial.run(in: "first")
    let start = "\(first.directory)/adapter.safetensors"
    trial.job.start = start
    trial.job.configuration.training = Self.still
    let second = try trial.run(in: "second")
    let (before, after) = (
      try Self.tensors(start), try Self.tensors("\(second.directory)/adapter.safetensors")
    )
    #expect(before.keys == after.keys && before.count == 10)
    for (name, values) in before {
      let moved = zip(values, after[name] ?? []).map { abs($0 - $1) }.max() ?? .infinity
      #expect(moved < 1e-6, "\(name) moved by \(moved)")
    }
    #expect(second.result.score == first.result.score)
    trial.job.start = nil
    let fresh = try trial.run(in: "fresh")
    #expect(try Self.tensors("\(fresh.directory)/adapter.safetensors") != after)
  }

  /// What the file holds decides the training, not where it lies; a stop changes no byte.
  @Test func aStartIsPartOfTheIdentity() throws {
    var trial = try TinyTrial()
    let plain = try trial.job.identity
    let first = try trial.run(in: "first")
    trial.job.start = "\(first.directory)/adapter.safetensors"
    let started = try trial.job.identity
    #expect(started != plain)
    let copy = "\(first.directory)/copy.safetensors"
    try FileManager.default.copyItem(atPath: trial.job.start ?? "", toPath: copy)
    let whole = try trial.run(in: "whole")
    let parts = try trial.run(in: "parts", stoppingAfter: [2, 3])
    #expect(TinyTrial.deterministic(whole.result) == TinyTrial.deterministic(parts.result))
    trial.job.start = copy
    #expect(try trial.job.identity == started)
  }

  @Test func tensorsFromElsewhereBecomeAnAdapterFile() throws {
    let trial = try TinyTrial()
    let first = try trial.run(in: "first")
    let source = try Self.tensors("\(first.directory)/adapter.safetensors")
    let reader = try WeightReader(file: "\(first.directory)/adapter.safetensors")
    let all = try source.map { name, values in
      AdapterTensor(name: name, shape: try reader.shape(name), values: values)
    }
    let description = try AdapterDescription(file: "\(first.directory)/adapter.safetensors")
    let path = "\(first.directory)/again.safetensors"
    func write(_ methods: [AdapterTensor], head: [AdapterTensor]) throws {
      try AdapterDescription.write(
        methods, head: head, configuration: description.configuration,
        headKind: description.headKind, task: DownstreamTask(named: trial.job.task),
        labels: description.labels, backbone: trial.job.backbone, casing: nil, to: path)
    }
    let (methods, head) = (
      all.filter { !$0.name.hasPrefix("head.") }, all.filter { $0.name.hasPrefix("head.") }
    )
    try write(methods, head: head)
    #expect(try Self.tensors(path) == source)
    #expect(throws: MethodError.missingTensors(names: [methods[0].name])) {
      try write(Array(methods.dropFirst()), head: head)
    }
    #expect(throws: MethodError.self) { try write(methods, head: [head[0]]) }
    #expect(throws: MethodError.unknownTensors(names: ["head.other"])) {
      try write(methods, head: head + [AdapterTensor(name: "head.other", shape: [1], values: [0])])
    }
  }
}
