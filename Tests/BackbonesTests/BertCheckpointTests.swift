import Backbones
import Checkpoints
import Foundation
import NeuralNets
import TensorCore
import Testing

@Suite struct BertCheckpointTests {
  @Test func namesCoverTheCheckpointExactly() throws {
    let bert = try BertSupport.tiny()
    let reader = try WeightReader(directory: BertSupport.tinyFolder.path)
    let own = bert.parameters.map { "bert." + bert.checkpointName(of: $0) }
    #expect(Set(own).count == own.count)
    #expect(Set(reader.names) == Set(own).union(["classifier.weight", "classifier.bias"]))
    #expect(bert.parameters.map(\.name).count == 4 + 1 + 2 * 16 + 2)
  }

  @Test func hostNamesAreTheSameWordsInEveryArchitecture() throws {
    let bert = try BertSupport.tiny()
    #expect(
      bert.parameters(layer: 1).map(\.name) == [
        "query.weight", "query.bias", "key.weight", "key.bias", "value.weight", "value.bias",
        "attention-output.weight", "attention-output.bias", "attention-norm.scale",
        "attention-norm.shift", "feed-forward-in.weight", "feed-forward-in.bias",
        "feed-forward-out.weight", "feed-forward-out.bias", "feed-forward-norm.scale",
        "feed-forward-norm.shift",
      ])
    #expect(
      bert.parameters(layer: nil).map(\.name) == [
        "embeddings.word", "embeddings.position", "embeddings.type", "embeddings-norm.scale",
        "embeddings-norm.shift", "pooler.weight", "pooler.bias",
      ])
    #expect(bert.parameters.allSatisfy { !$0.parameter.isTrainable })
  }

  @Test func modulesHaveTheirCheckpointNames() throws {
    let bert = try BertSupport.tiny()
    let names = bert.insertionPoints(layer: 1).map {
      bert.moduleName(at: InsertionSite(layer: 1, point: $0))
    }
    #expect(
      names == [
        "encoder.layer.1.attention.self.query", "encoder.layer.1.attention.self.key",
        "encoder.layer.1.attention.self.value", "encoder.layer.1.attention.output.dense",
        "encoder.layer.1.intermediate.dense", "encoder.layer.1.output.dense", nil, nil, nil,
      ])
  }

  @Test func writtenCheckpointsReadBackEqual() throws {
    let bert = try BertSupport.tiny()
    for prefix in ["", BertNames.prefix] {
      try BertSupport.withFolder { folder in
        let source = try BertSupport.write(bert.checkpointTensors(prefix: prefix), to: folder)
        let copy = try Bert(directory: source)
        #expect(BertSupport.hidden(copy) == BertSupport.hidden(bert))
        #expect(copy.pooler?.weight.array == bert.pooler?.weight.array)
      }
    }
  }

  @Test func poolerHeadsBuffersAndOlderNamesAreKnown() throws {
    let plain = BertSupport.hidden(try BertSupport.tiny())
    let older = try BertSupport.tinyTensors { name in
      name.contains("pooler")
        ? nil
        : name.replacing("LayerNorm.weight", with: "LayerNorm.gamma")
          .replacing("LayerNorm.bias", with: "LayerNorm.beta")
    }
    try BertSupport.withFolder { folder in
      let extras = [
        NamedTensor(
          name: "bert.embeddings.position_ids", shape: [1, 12],
          values: [Float](repeating: 0, count: 12)),
        NamedTensor(
          name: "cls.predictions.bias", shape: [50], values: [Float](repeating: 0, count: 50)),
      ]
      let bert = try Bert(directory: BertSupport.write(older + extras, to: folder))
      #expect(bert.pooler == nil)
      #expect(bert.parameters(layer: nil).count == 5)
      #expect(BertSupport.hidden(bert) == plain)
      #expect(bert.parameters.allSatisfy { !$0.parameter.path.contains("gamma") })
    }
  }

  @Test func unknownTensorsAreAnError() throws {
    try BertSupport.withFolder { folder in
      let extra = NamedTensor(
        name: "bert.encoder.layer.2.output.dense.bias", shape: [1], values: [0])
      let source = try BertSupport.write(BertSupport.tinyTensors() + [extra], to: folder)
      let error = #expect(throws: CheckpointError.self) { try Bert(directory: source) }
      #expect(
        error?.description.contains(
          "1 tensor that this architecture does not know: 'bert.encoder.layer.2.output.dense.bias'")
          == true)
    }
  }

  @Test func missingTensorsAreAnError() throws {
    try BertSupport.withFolder { folder in
      let name = "bert.encoder.layer.1.attention.self.key.bias"
      let source = try BertSupport.write(
        BertSupport.tinyTensors().filter { $0.name != name }, to: folder)
      let error = #expect(throws: CheckpointError.self) { try Bert(directory: source) }
      #expect(error?.description.contains("there is no tensor '\(name)'") == true)
    }
  }

  /// A model without biases has nothing for BitFit to tune, and is not filled up with zeros.
  @Test func aCheckpointWithoutBiasesIsRefusedByName() throws {
    try BertSupport.withFolder { folder in
      let source = try BertSupport.write(
        BertSupport.tinyTensors().filter { !$0.name.hasSuffix(".bias") }, to: folder)
      let error = #expect(throws: CheckpointError.self) { try Bert(directory: source) }
      #expect(
        error?.description.contains(
          "there is no tensor 'bert.embeddings.LayerNorm.bias'") == true)
    }
  }

  @Test func halfAPoolerIsAnError() throws {
    try BertSupport.withFolder { folder in
      let source = try BertSupport.write(
        BertSupport.tinyTensors().filter { $0.name != "bert.pooler.dense.weight" }, to: folder)
      #expect(throws: CheckpointError.self) { try Bert(directory: source) }
    }
  }

  @Test func registryLoadsByModelType() throws {
    #expect(BackboneRegistry.modelTypes == ["bert"])
    let backbone = try BackboneRegistry.load(
      BackboneDirectory(path: BertSupport.tinyFolder.path))
    #expect(backbone.layerCount == 2 && backbone.width == 16 && backbone.headCount == 2)
    #expect(backbone.maximumLength == 12)
  }
}
