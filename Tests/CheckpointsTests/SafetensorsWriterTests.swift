import Checkpoints
import Foundation
import TestSupport
import Testing

@Suite struct SafetensorsWriterTests {
  /// The tensors of `single.safetensors`, in another order than they are written.
  private func tensors() throws -> [NamedTensor] {
    let shapes: [(String, [Int])] = [
      ("scalar", []), ("layer.10.weight", [2, 2, 2]), ("layer.0.weight", [3, 5]),
      ("layer.0.bias", [3]), ("a \"name\" of é", [1]),
    ]
    let values = try FixtureValues.load().single
    return try shapes.map { name, shape in
      let bits = try #require(values[name])
      return NamedTensor(name: name, shape: shape, values: bits.map(Float.init(bitPattern:)))
    }
  }

  @Test func bytesEqualThoseOfTheReferenceLibrary() throws {
    try TemporaryFolder.with { folder in
      let path = "\(folder)/a.safetensors"
      try SafetensorsWriter.write(
        try tensors(), metadata: ["format": "pt \u{7} é"], to: path)
      let expected = try Data(contentsOf: Fixtures.url("checkpoints/single.safetensors"))
      #expect(try Data(contentsOf: URL(filePath: path)) == expected)
    }
  }

  @Test func whatIsWrittenIsReadBack() throws {
    try TemporaryFolder.with { folder in
      let path = "\(folder)/a.safetensors"
      let values: [Float] = [0, -0.0, .infinity, .leastNonzeroMagnitude, 1 / 3, .pi]
      try values.withUnsafeBufferPointer { memory in
        try SafetensorsWriter.write(
          [
            NamedTensor(name: "memory", shape: [2, 3], values: memory),
            NamedTensor(name: "empty", shape: [0, 4], values: []),
          ], metadata: ["b": "2", "a": "1\n\u{1F}\\\"/"], to: path)
      }
      let reader = try WeightReader(file: path)
      #expect(reader.metadata == ["b": "2", "a": "1\n\u{1F}\\\"/"])
      #expect(
        try reader.tensor("memory", shape: [2, 3]).values.map(\.bitPattern)
          == values.map(\.bitPattern))
      #expect(try reader.tensor("empty", shape: [0, 4]).values.isEmpty)
    }
  }

  @Test func noTensorsAreAFileToo() throws {
    try TemporaryFolder.with { folder in
      let path = "\(folder)/a.safetensors"
      try SafetensorsWriter.write([], to: path)
      #expect(try WeightReader(file: path).names.isEmpty)
    }
  }

  @Test func namesThatCannotBeWrittenGiveTheirSentences() throws {
    try TemporaryFolder.with { folder in
      let path = "\(folder)/a.safetensors"
      let one = NamedTensor(name: "x", shape: [1], values: [1])
      let twice = #expect(throws: CheckpointError.self) {
        try SafetensorsWriter.write([one, one], to: path)
      }
      #expect(twice?.description == "\(path): cannot write two tensors of the name 'x'.")
      let reserved = #expect(throws: CheckpointError.self) {
        try SafetensorsWriter.write(
          [NamedTensor(name: "__metadata__", shape: [1], values: [1])], to: path)
      }
      #expect(
        reserved?.description
          == "\(path): cannot write a tensor of the name '__metadata__', "
          + "which safetensors keeps for itself.")
      #expect(!FileManager.default.fileExists(atPath: path))
    }
  }
}
