import Checkpoints
import Foundation
import TestSupport
import Testing

/// An index over two files, a.safetensors with "x" and b.safetensors with "y".
struct ShardIndexCase: Sendable, CustomTestStringConvertible {
  let id: String
  let index: String
  let sentence: String

  var testDescription: String { id }

  init(_ id: String, _ index: String, _ sentence: String) {
    self.id = id
    self.index = index
    self.sentence = sentence
  }

  static let damaged: [ShardIndexCase] = [
    .init(
      "not JSON", "{",
      "INDEX: not JSON: line 1, column 2: expected a key in double quotes, "
        + "got the end of the text."),
    .init(
      "no map", #"{"metadata": {}}"#,
      "INDEX: expected an object with the key 'weight_map' that maps tensor names to file names."),
    .init(
      "list", "[]",
      "INDEX: expected an object with the key 'weight_map' that maps tensor names to file names."),
    .init(
      "number for a file", #"{"weight_map": {"x": 1}}"#,
      "INDEX: 'weight_map' must give a file name for tensor 'x', got the number 1."),
    .init(
      "way out", #"{"weight_map": {"x": "../a.safetensors"}}"#,
      "INDEX: 'weight_map' must name a file of the same folder for tensor 'x', "
        + "got '../a.safetensors'."),
    .init(
      "absolute path", #"{"weight_map": {"x": "/a.safetensors"}}"#,
      "INDEX: 'weight_map' must name a file of the same folder for tensor 'x', "
        + "got '/a.safetensors'."),
    .init(
      "folder above", #"{"weight_map": {"x": ".."}}"#,
      "INDEX: 'weight_map' must name a file of the same folder for tensor 'x', got '..'."),
    .init(
      "missing file", #"{"weight_map": {"x": "c.safetensors"}}"#,
      "FOLDER/c.safetensors: there is no such file. Check the path."),
    .init(
      "tensor not there",
      #"{"weight_map": {"x": "a.safetensors", "z": "a.safetensors"}}"#,
      "INDEX: 'weight_map' says that tensor 'z' is in 'a.safetensors', but it is not there."),
    .init(
      "tensor not listed", #"{"weight_map": {"z": "a.safetensors"}}"#,
      "INDEX: tensor 'x' is in 'a.safetensors', but 'weight_map' does not list it."),
    .init(
      "tensor in the other file",
      #"{"weight_map": {"y": "a.safetensors", "x": "b.safetensors"}}"#,
      "INDEX: 'weight_map' says that tensor 'x' is in 'b.safetensors', found in 'a.safetensors'."),
  ]
}

@Suite struct ShardIndexTests {
  private func withShards(index: String, _ body: (String) throws -> Void) throws {
    try TemporaryFolder.with { folder in
      for (file, name, value) in [("a", "x", Float(1)), ("b", "y", 2)] {
        try SafetensorsWriter.write(
          [NamedTensor(name: name, shape: [1], values: [value])], metadata: [name: file],
          to: "\(folder)/\(file).safetensors")
      }
      try AtomicFile.write(index, to: "\(folder)/model.safetensors.index.json")
      try body(folder)
    }
  }

  @Test(arguments: ShardIndexCase.damaged)
  func damagedIndicesGiveTheirSentence(_ example: ShardIndexCase) throws {
    try withShards(index: example.index) { folder in
      let error = #expect(throws: CheckpointError.self) { try WeightReader(directory: folder) }
      let sentence = error?.description
        .replacingOccurrences(of: "\(folder)/model.safetensors.index.json", with: "INDEX")
        .replacingOccurrences(of: folder, with: "FOLDER")
      #expect(sentence == example.sentence)
    }
  }

  @Test func shardsReadAsOneCheckpoint() throws {
    let index = #"{"weight_map": {"y": "b.safetensors", "x": "a.safetensors"}}"#
    try withShards(index: index) { folder in
      let reader = try WeightReader(directory: folder)
      #expect(reader.names == ["x", "y"])
      #expect(reader.metadata == ["x": "a", "y": "b"])
      #expect(try reader.tensor("x", shape: [1]).values.first == 1)
      #expect(try reader.tensor("y", shape: [1]).values.first == 2)
      try reader.checkAllUsed()
    }
  }

  @Test func oneFileIsPreferredToShards() throws {
    try withShards(index: "{}") { folder in
      try SafetensorsWriter.write(
        [NamedTensor(name: "z", shape: [1], values: [3])], to: "\(folder)/model.safetensors")
      #expect(try WeightReader(directory: folder).names == ["z"])
    }
  }
}
