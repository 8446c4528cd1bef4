import Checkpoints
import Foundation
import TensorCore
import TestSupport
import Testing

@Suite struct WeightReaderTests {
  private let path = Fixtures.url("checkpoints/single.safetensors").path

  @Test func scopesAddToThePath() throws {
    let reader = try WeightReader(file: path)
    #expect(
      reader.names == [
        "a \"name\" of é", "layer.0.bias", "layer.0.weight", "layer.10.weight", "scalar",
      ])
    let layer = reader.scoped("layer").scoped("0")
    #expect(layer.prefix == "layer.0.")
    #expect(layer.names == ["bias", "weight"])
    #expect(layer.contains("bias"))
    #expect(!layer.contains("scalar"))
    #expect(try layer.shape("weight") == [3, 5])
    #expect(reader.scoped("").names == reader.names)
  }

  @Test func parametersLieInTheFile() throws {
    let expected = try FixtureValues.load().single
    let reader = try WeightReader(file: path)
    let parameter = try reader.scoped("layer.0").parameter("weight", shape: Shape(3, 5))
    #expect(parameter.path == "weight")
    #expect(parameter.isTrainable == false)
    #expect(parameter.values.map(\.bitPattern) == expected["layer.0.weight"])
    let again = try reader.parameter("layer.0.weight", shape: Shape(3, 5))
    #expect(again.values.baseAddress == parameter.values.baseAddress)
  }

  @Test func everyTensorMustBeUsed() throws {
    let reader = try WeightReader(file: path)
    let error = #expect(throws: CheckpointError.self) { try reader.checkAllUsed() }
    #expect(
      error?.description
        == "checkpoint \(path): 5 tensors that this architecture does not know: "
        + "'a \"name\" of é', 'layer.0.bias', 'layer.0.weight', 'layer.10.weight', 'scalar'. "
        + "Is this the checkpoint of another model?")
    _ = try reader.tensor("layer.0.weight", shape: [3, 5])
    _ = try reader.scoped("layer.0").tensor("bias")
    reader.scoped("layer").ignore("10.weight")
    reader.ignore("not there")
    reader.ignore("a \"name\" of é")
    _ = try reader.shape("scalar")
    #expect(reader.unusedNames == ["scalar"])
    let one = #expect(throws: CheckpointError.self) { try reader.checkAllUsed() }
    #expect(
      one?.description
        == "checkpoint \(path): 1 tensor that this architecture does not know: 'scalar'. "
        + "Is this the checkpoint of another model?")
    _ = try reader.parameter("scalar", shape: Shape())
    try reader.checkAllUsed()
  }

  @Test func manyUnusedTensorsAreShortened() {
    let error = CheckpointError.unusedTensors(path: "m", names: (1...7).map { "t\($0)" })
    #expect(
      error.description
        == "checkpoint m: 7 tensors that this architecture does not know: "
        + "'t1', 't2', 't3', 't4', 't5' and 2 more. Is this the checkpoint of another model?")
  }

  @Test func wrongNamesAndShapesGiveTheirSentences() throws {
    let reader = try WeightReader(file: path)
    let missing = #expect(throws: CheckpointError.self) {
      try reader.scoped("bert.layer.0").tensor("weight", shape: [3, 5])
    }
    #expect(
      missing?.description
        == "checkpoint \(path): there is no tensor 'bert.layer.0.weight'. "
        + "Did you mean 'layer.0.weight'?")
    let unlike = #expect(throws: CheckpointError.self) { try reader.tensor("other") }
    #expect(unlike?.description == "checkpoint \(path): there is no tensor 'other'.")
    let shape = #expect(throws: CheckpointError.self) {
      try reader.parameter("layer.0.weight", shape: Shape(5, 3))
    }
    #expect(
      shape?.description
        == "checkpoint \(path): tensor 'layer.0.weight' has shape [3, 5], expected [5, 3]. "
        + "Do config.json and the weights belong to the same model?")
  }

  @Test func namesAreComparedByBytes() throws {
    try TemporaryFolder.with { folder in
      let path = "\(folder)/a.safetensors"
      try SafetensorsWriter.write(
        [
          NamedTensor(name: "\u{E9}", shape: [1], values: [1]),
          NamedTensor(name: "e\u{301}", shape: [1], values: [2]),
        ], to: path)
      let reader = try WeightReader(file: path)
      #expect(try reader.tensor("\u{E9}").values.first == 1)
      #expect(try reader.tensor("e\u{301}").values.first == 2)
    }
  }

  @Test func aFolderWithoutWeightsSaysSo() throws {
    try TemporaryFolder.with { folder in
      let empty = #expect(throws: CheckpointError.self) { try WeightReader(directory: folder) }
      #expect(
        empty?.description
          == "\(folder): no model.safetensors and no model.safetensors.index.json here. "
          + "Is this the folder of a model?")
      try Data().write(to: URL(filePath: "\(folder)/pytorch_model.bin"))
      try Data().write(to: URL(filePath: "\(folder)/config.json"))
      let other = #expect(throws: CheckpointError.self) { try WeightReader(directory: folder) }
      #expect(
        other?.description
          == "\(folder): no model.safetensors and no model.safetensors.index.json here, "
          + "but pytorch_model.bin. Convert the weights to safetensors first.")
    }
  }
}
