import Foundation
import TestSupport
import Testing

@testable import Checkpoints

@Suite struct TorchArchiveTests {
  private static let values: [Float] = [0, -0.0, .infinity, .leastNonzeroMagnitude, 1 / 3, .pi]

  /// Writes some tensors and gives the file's bytes.
  private func archive(_ tensors: [NamedTensor]) throws -> [UInt8] {
    try TemporaryFolder.with { folder in
      let path = "\(folder)/a.bin"
      try TorchArchiveWriter.write(tensors, to: path)
      return try MappedFile.contents(of: path)
    }
  }

  private func small() throws -> [UInt8] {
    try archive([
      NamedTensor(name: "b.weight", shape: [2, 3], values: Self.values),
      NamedTensor(name: "a é", shape: [1], values: [7]),
    ])
  }

  @Test func checksumIsThatOfTheStandard() {
    let check = Array("123456789".utf8).withUnsafeBytes { CRC32.checksum($0) }
    #expect(check == 0xCBF4_3926)
    #expect([UInt8]().withUnsafeBytes { CRC32.checksum($0) } == 0)
  }

  @Test func whatIsWrittenIsReadBack() throws {
    try TemporaryFolder.with { folder in
      let path = "\(folder)/a.bin"
      let large = Array(repeating: Float(2), count: 90_000)
      try Self.values.withUnsafeBufferPointer { memory in
        try TorchArchiveWriter.write(
          [
            NamedTensor(name: "memory", shape: [3, 2], values: memory),
            NamedTensor(name: "scalar", shape: [], values: [5]),
            NamedTensor(name: "empty", shape: [0, 4], values: []),
            NamedTensor(name: "large", shape: [300, 300], values: large),
          ], to: path)
      }
      let tensors = try TorchArchiveReader.tensors(of: path)
      #expect(tensors.map(\.name) == ["empty", "large", "memory", "scalar"])
      #expect(tensors.map(\.shape) == [[0, 4], [300, 300], [3, 2], []])
      withExtendedLifetime(tensors) {
        #expect(tensors[2].values.map(\.bitPattern) == Self.values.map(\.bitPattern))
        #expect(tensors[3].values.map { $0 } == [5])
        #expect(tensors[1].values.allSatisfy { $0 == 2 })
      }
    }
  }

  @Test func dataBeginOnBoundariesAndBytesDependOnNothingElse() throws {
    let bytes = try small()
    let entries = try ZipDirectory(bytes).entries
    #expect(
      Set(entries.keys) == [
        "archive/data.pkl", "archive/byteorder", "archive/data/0", "archive/data/1",
        "archive/version",
      ])
    for (name, range) in entries { #expect(range.lowerBound % 64 == 0, "\(name)") }
    #expect(bytes[try #require(entries["archive/byteorder"])].elementsEqual("little".utf8))
    #expect(bytes[try #require(entries["archive/version"])].elementsEqual("3\n".utf8))
    #expect(try small() == bytes)
  }

  /// A file that torch itself wrote, with a memo and zip64 records that ours does not have.
  @Test func aFileOfTorchIsRead() throws {
    let path = Fixtures.url("adapterhub/pfeiffer/pytorch_adapter.bin").path
    let tensors = try TorchArchiveReader.tensors(of: path)
    #expect(tensors.count == 8)
    let first = try #require(
      tensors.first {
        $0.name == "bert.encoder.layer.0.output.adapters.autopeft.adapter_down.0.weight"
      })
    #expect(first.shape == [3, 16])
    withExtendedLifetime(first.owner) {
      #expect(first.values.allSatisfy { $0.isFinite && $0 != 0 })
    }
  }

  @Test func everyDamagedByteOfTheDataIsNoticed() throws {
    let bytes = try small()
    let entries = try ZipDirectory(bytes).entries
    for (name, range) in entries {
      var damaged = bytes
      damaged[range.lowerBound] ^= 1
      #expect(throws: TorchArchiveFault.wrongChecksum(entry: name)) {
        try ZipDirectory(damaged)
      }
    }
  }

  @Test func aCutFileIsNoticedAtEveryLength() throws {
    let bytes = try small()
    for count in 0..<bytes.count {
      #expect(throws: TorchArchiveFault.self) { try ZipDirectory(Array(bytes.prefix(count))) }
    }
  }

  @Test func aCompressedEntryIsRefused() throws {
    var bytes = try small()
    let directory = try #require(
      bytes.indices.dropLast(3).first {
        Array(bytes[$0..<$0 + 4]) == [0x50, 0x4B, 1, 2]
      })
    bytes[directory + 10] = 8
    #expect(throws: TorchArchiveFault.compressed(entry: "archive/data.pkl", method: 8)) {
      try ZipDirectory(bytes)
    }
  }

  @Test func namesThatStandTwiceAreRefused() throws {
    let one = NamedTensor(name: "x", shape: [1], values: [1])
    #expect(throws: CheckpointError.self) { try archive([one, one]) }
    #expect(throws: CheckpointError.self) {
      try TorchArchiveWriter.write([one], aliases: ["x": "x"], to: "never-written.bin")
    }
  }

  @Test func aFurtherNameSharesTheNumbers() throws {
    try TemporaryFolder.with { folder in
      let path = "\(folder)/a.bin"
      try TorchArchiveWriter.write(
        [NamedTensor(name: "x", shape: [2], values: [1, 2])], aliases: ["a": "x", "y": "x"],
        to: path)
      let tensors = try TorchArchiveReader.tensors(of: path)
      #expect(tensors.map(\.name) == ["x", "a", "y"])
      withExtendedLifetime(tensors) {
        #expect(tensors.allSatisfy { Array($0.values) == [1, 2] })
      }
      let entries = try ZipDirectory(try MappedFile.contents(of: path)).entries
      #expect(entries.keys.filter { $0.contains("/data/") } == ["archive/data/0"])
    }
  }

  static let pickles: [(id: String, change: @Sendable (String) -> String, reason: String)] = [
    (
      "half precision", { $0.replacingOccurrences(of: "FloatStorage", with: "HalfStorage") },
      "a storage is 'torch HalfStorage', expected 'torch FloatStorage'"
    ),
    (
      "another function",
      { $0.replacingOccurrences(of: "torch._utils\n_rebuild_tensor_v2", with: "os\nsystem") },
      "it calls 'os system', which no dictionary of tensors needs"
    ),
    ("cut", { String($0.dropLast()) }, "it ends in the middle"),
    (
      "no storage", { $0.replacingOccurrences(of: "storagec", with: "nothingc") },
      "a storage is not described as PyTorch does"
    ),
    (
      "unknown operation", { $0.replacingOccurrences(of: "}(", with: "}]") },
      "operation 93 is not one of a dictionary of tensors"
    ),
  ]

  @Test(arguments: pickles.indices)
  func aPickleOfAnythingElseIsRefused(index: Int) throws {
    let row = Self.pickles[index]
    let pickle = TensorPickle.bytes([NamedTensor(name: "x", shape: [2], values: [1, 2])])
    // Latin-1 keeps every byte as one character.
    let text = try #require(String(bytes: pickle, encoding: .isoLatin1))
    let changed = try #require(row.change(text).data(using: .isoLatin1))
    #expect(throws: TorchArchiveFault.pickle(row.reason), "\(row.id)") {
      try TensorPickleReader.entries(Array(changed))
    }
  }

  static let sentences: [(error: CheckpointError, text: String)] = [
    (
      .damagedArchive(path: "a.bin", .notZip(size: 3)),
      "a.bin: its 3 bytes are no zip archive. Is this a file of torch.save, and complete?"
    ),
    (
      .damagedArchive(path: "a.bin", .pastEnd(what: "the list of entries")),
      "a.bin: the list of entries reaches past the end of the file. Is it complete?"
    ),
    (
      .damagedArchive(path: "a.bin", .compressed(entry: "a/data.pkl", method: 8)),
      "a.bin: the entry 'a/data.pkl' is compressed (method 8), expected stored bytes as torch.save"
        + " writes them."
    ),
    (
      .damagedArchive(path: "a.bin", .wrongChecksum(entry: "a/data/0")),
      "a.bin: the checksum of the entry 'a/data/0' does not fit its bytes; the file is damaged."
    ),
    (
      .damagedArchive(path: "a.bin", .missingEntry("data.pkl")),
      "a.bin: there is no entry 'data.pkl'. Is this a file of torch.save?"
    ),
    (
      .damagedArchive(path: "a.bin", .wrongByteCount(tensor: "x", needed: 8, got: 4)),
      "a.bin: tensor 'x' needs 8 bytes of its storage, which has 4."
    ),
    (
      .damagedArchive(path: "a.bin", .pickle("it ends in the middle")),
      "a.bin: data.pkl is not the pickle of a dictionary of float32 tensors: it ends in the middle."
    ),
    (
      .archiveTooLarge(path: "a.bin", tensors: 70_000, bytes: 9),
      "a.bin: 70000 tensors of 9 bytes do not fit a file of torch.save here: at most 65532 tensors"
        + " and 4294967295 bytes. Export a smaller configuration."
    ),
  ]

  @Test(arguments: sentences) func sentence(row: (error: CheckpointError, text: String)) {
    #expect(row.error.description == row.text)
  }
}
