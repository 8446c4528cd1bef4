import Checkpoints
import Foundation
import TestSupport
import Testing

/// Numbers of the fixtures as bit patterns, by file and tensor.
struct FixtureValues: Decodable {
  let types: [String: [UInt32]]
  let single: [String: [UInt32]]

  static func load() throws -> FixtureValues {
    let data = try Data(contentsOf: Fixtures.url("checkpoints/values.json"))
    return try JSONDecoder().decode(FixtureValues.self, from: data)
  }
}

/// The same bits, or NaN on both sides (its payload is not kept by conversions).
func areEqual(_ value: Float, _ bits: UInt32) -> Bool {
  value.bitPattern == bits || (value.isNaN && Float(bitPattern: bits).isNaN)
}

@Suite struct SafetensorsFileTests {
  private func file(_ name: String) throws -> SafetensorsFile {
    try SafetensorsFile(path: Fixtures.url("checkpoints/\(name).safetensors").path)
  }

  @Test func everyTypeHasTheNumbersOfTheReferenceLibrary() throws {
    let file = try file("types")
    let expected = try FixtureValues.load().types
    #expect(expected.count == 7)
    for tensor in file.tensors where tensor.type.isReadable {
      let bits = try #require(expected[tensor.name])
      let values = try file.floats(of: tensor)
      #expect(values.shape == tensor.shape)
      #expect(values.values.count == bits.count)
      #expect(zip(values.values, bits).allSatisfy(areEqual), "\(tensor.name)")
      #expect(values.isMapped == (tensor.type == .float32))
    }
  }

  @Test func otherTypesAreListedAndRefusedAsFloats() throws {
    let file = try file("types")
    for (name, type) in [("position_ids", ElementType.int64), ("flags", .bool)] {
      let tensor = try #require(file.tensors.first { $0.name == name })
      #expect(tensor.type == type)
      let error = #expect(throws: CheckpointError.self) { try file.floats(of: tensor) }
      #expect(
        error?.description
          == "checkpoint \(file.path): tensor '\(name)' is \(type.rawValue), "
          + "expected F32, F16 or BF16. Convert it first.")
    }
  }

  @Test func metadataAreRead() throws {
    let metadata = try file("types").metadata
    #expect(metadata["made_by"] == "scripts/fixtures/checkpoint_safetensors.py")
    #expect(metadata["text"] == "é \"quoted\" \\ \n\t\u{1} 😀")
  }

  @Test func unalignedNumbersAreCopied() throws {
    let header = #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#
    try TemporaryFolder.with { folder in
      for padding in 0..<4 {
        let text = Array((header + String(repeating: " ", count: padding)).utf8)
        let data = [Float(1.5), -2].flatMap { value in
          withUnsafeBytes(of: value.bitPattern.littleEndian) { [UInt8]($0) }
        }
        let path = "\(folder)/a\(padding).safetensors"
        try checkpointBytes(text, data: data).write(toFile: path)
        let file = try SafetensorsFile(path: path)
        let tensor = try file.floats(of: try #require(file.tensors.first))
        #expect(Array(tensor.values) == [1.5, -2])
        #expect(tensor.isMapped == text.count.isMultiple(of: 4))
      }
    }
  }

  @Test func numbersOutliveTheFileObject() throws {
    let values = try FixtureValues.load().single
    var tensor: MappedTensor?
    do {
      let file = try file("single")
      let info = try #require(file.tensors.first { $0.name == "layer.0.weight" })
      tensor = try file.floats(of: info)
    }
    let kept = try #require(tensor)
    withExtendedLifetime(kept.owner) {
      #expect(kept.values.map(\.bitPattern) == values["layer.0.weight"])
    }
  }

  @Test func wrongPathsGiveTheirSentences() throws {
    try TemporaryFolder.with { folder in
      let missing = #expect(throws: CheckpointError.self) {
        try SafetensorsFile(path: "\(folder)/none")
      }
      #expect(missing?.description == "\(folder)/none: there is no such file. Check the path.")
      let isFolder = #expect(throws: CheckpointError.self) { try SafetensorsFile(path: folder) }
      #expect(isFolder?.description == "\(folder): expected a file, got a folder.")
      let device = #expect(throws: CheckpointError.self) { try SafetensorsFile(path: "/dev/null") }
      #expect(
        device?.description
          == "/dev/null: expected a regular file, got a device, a pipe or a socket.")
    }
  }
}
