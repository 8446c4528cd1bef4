import Backbones
import Checkpoints
import Foundation
import NeuralNets
import TensorCore
import TestSupport
import Testing

@Suite struct BertParityTests {
  @Test func hiddenStatesOfAllLayersEqualTransformers() throws {
    let bert = try BertSupport.tiny()
    let expected = try BertSupport.expected()
    let tape = Tape(recording: false)
    var hidden = bert.embedded(BertSupport.batch, tape: tape)
    #expect(
      BertSupport.largestDifference(
        hidden.array, try BertSupport.values(expected, "hidden.0")) < 1e-5)
    for layer in 0..<bert.layerCount {
      hidden = bert.layer(layer, hidden, batch: BertSupport.batch, tape: tape)
      let reference = try BertSupport.values(expected, "hidden.\(layer + 1)")
      #expect(BertSupport.largestDifference(hidden.array, reference) < 1e-5)
    }
    tape.reset()
  }

  @Test(arguments: ["gelu_new", "relu"])
  func otherActivationsEqualTransformers(name: String) throws {
    try BertSupport.withFolder { folder in
      var config = try String(
        contentsOf: BertSupport.tinyFolder.appending(path: "config.json"), encoding: .utf8)
      config.replace("\"hidden_act\": \"gelu\"", with: "\"hidden_act\": \"\(name)\"")
      try config.write(
        to: folder.appending(path: "config.json"), atomically: false, encoding: .utf8)
      try FileManager.default.copyItem(
        at: BertSupport.tinyFolder.appending(path: "model.safetensors"),
        to: folder.appending(path: "model.safetensors"))
      let bert = try Bert(directory: BackboneDirectory(path: folder.path))
      let reference = try BertSupport.values(BertSupport.expected(), "\(name).hidden")
      #expect(BertSupport.largestDifference(BertSupport.hidden(bert), reference) < 1e-5)
    }
  }

  @Test func logitsLossAndAllGradientsEqualTransformers() throws {
    let bert = try BertSupport.tiny()
    let expected = try BertSupport.expected()
    let reader = try WeightReader(directory: BertSupport.tinyFolder.path)
    let pooler = try #require(bert.pooler)
    let output = Linear(
      weight: try reader.parameter("classifier.weight", shape: Shape(3, 16)),
      bias: try reader.parameter("classifier.bias", shape: Shape(3)))
    let head = PoolerHead(pooler: pooler, output: output, dropout: 0)
    head.makeTrainable()
    bert.parameters.forEach { $0.parameter.makeTrainable() }

    let tape = Tape(recording: true)
    let hidden = bert.hidden(BertSupport.batch, tape: tape)
    let logits = head.logits(hidden: hidden, batch: BertSupport.batch, tape: tape)
    #expect(
      BertSupport.largestDifference(
        logits.array, try BertSupport.values(expected, "logits")) < 1e-5)
    let loss = tape.crossEntropy(logits, labels: [2, 0, 1])
    #expect(abs(loss.scalar - (try BertSupport.values(expected, "loss"))[0]) < 1e-5)
    tape.backward(from: loss)

    var own: [String: Parameter] = [:]
    for host in bert.parameters { own["bert." + bert.checkpointName(of: host)] = host.parameter }
    for entry in head.parameters {
      own[entry.name.replacing("output.", with: "classifier.")] = entry.parameter
    }
    let names = expected.names.filter { $0.hasPrefix("gradient.") }
    #expect(names.count == own.count)
    for name in names {
      let reference = try BertSupport.values(expected, name)
      let parameter = try #require(own[String(name.dropFirst("gradient.".count))])
      let norm = reference.reduce(0) { $0 + $1 * $1 }.squareRoot()
      let error = zip(parameter.gradientArray, reference).reduce(Float(0)) {
        $0 + ($1.0 - $1.1) * ($1.0 - $1.1)
      }.squareRoot()
      // A key's bias has no gradient: only rounding is left of it on both sides.
      #expect(error <= 1e-4 * max(norm, 1e-2), "\(name): \(error) of \(norm)")
    }
  }

  static let minilm = Fixtures.packageRoot.appending(path: "models/minilm")
  static var hasMiniLM: Bool {
    FileManager.default.fileExists(atPath: minilm.appending(path: "config.json").path)
  }

  @Test(.enabled(if: hasMiniLM, "models/minilm is not there: make minilm"))
  func miniLMEqualsTransformers() throws {
    let fixture = try WeightReader(file: Fixtures.url("bert/minilm.safetensors").path)
    let text = try #require(fixture.metadata["sequences"])
    let stride = try #require(fixture.metadata["stride"].flatMap { Int($0) })
    let rows = try JSONDecoder().decode([[[Int32]]].self, from: Data(text.utf8))
    let batch = PackedBatch(sequences: rows.map { ($0[0], $0[1]) })
    let bert = try Bert(directory: BackboneDirectory(path: Self.minilm.path))
    let pooler = try #require(bert.pooler)

    let tape = Tape(recording: false)
    let hidden = bert.hidden(batch, tape: tape)
    let first = tape.gatherRows(hidden, rows: batch.firstTokens).array
    let all = hidden.array
    let sample = Swift.stride(from: 0, to: all.count, by: stride).map { all[$0] }
    let head = PoolerHead(
      pooler: pooler,
      output: Linear(
        weight: try fixture.parameter("classifier.weight", shape: Shape(2, 384)),
        bias: try fixture.parameter("classifier.bias", shape: Shape(2))), dropout: 0)
    let logits = head.logits(hidden: hidden, batch: batch, tape: tape).array
    withExtendedLifetime((bert, head)) { tape.reset() }
    for (name, got) in [("first", first), ("sample", sample), ("logits", logits)] {
      let reference = try BertSupport.values(fixture, name)
      #expect(BertSupport.largestDifference(got, reference) < 2e-5, "\(name)")
    }
  }
}
