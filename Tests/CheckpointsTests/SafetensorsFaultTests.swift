import Foundation
import TestSupport
import Testing

@testable import Checkpoints

/// Damaged bytes with the exact sentence that they must give.
struct SafetensorsFaultCase: Sendable, CustomTestStringConvertible {
  let id: String
  let bytes: [UInt8]
  let sentence: String

  var testDescription: String { id }

  init(_ id: String, bytes: [UInt8], _ sentence: String) {
    self.id = id
    self.bytes = bytes
    self.sentence = sentence
  }

  init(_ id: String, _ header: String, data: Int = 0, _ sentence: String) {
    self.init(id, bytes: checkpointBytes(header, dataCount: data), sentence)
  }

  /// A tensor "a" with one field of its entry replaced.
  static func entry(
    _ id: String, dtype: String = #""F32""#, shape: String = "[2]", offsets: String = "[0,8]",
    data: Int = 8, _ sentence: String
  ) -> SafetensorsFaultCase {
    SafetensorsFaultCase(
      id, #"{"a":{"dtype":\#(dtype),"shape":\#(shape),"data_offsets":\#(offsets)}}"#, data: data,
      sentence)
  }

  static let files: [SafetensorsFaultCase] = [
    .init(
      "empty file", bytes: [],
      "the file has 0 bytes, expected at least 8 for the length of the header. "
        + "Is the download complete?"),
    .init(
      "seven bytes", bytes: Array(repeating: 0, count: 7),
      "the file has 7 bytes, expected at least 8 for the length of the header. "
        + "Is the download complete?"),
    .init(
      "header beyond the limit", bytes: Array(repeating: 0xFF, count: 16),
      "the header claims 18446744073709551615 bytes, the limit is 100000000. "
        + "Is this a safetensors file?"),
    .init(
      "header one above the limit", bytes: [0x01, 0xE1, 0xF5, 0x05, 0, 0, 0, 0, 0x7B],
      "the header claims 100000001 bytes, the limit is 100000000. Is this a safetensors file?"),
    .init(
      "header beyond the file", bytes: [9, 0, 0, 0, 0, 0, 0, 0, 0x7B, 0x7D],
      "the header claims 9 bytes, the file has 2 after the first 8. Is the download complete?"),
    .init(
      "no header", bytes: Array(repeating: 0, count: 8),
      "the header is not JSON: line 1, column 1: expected a value, got the end of the text."),
    .init(
      "not UTF-8", bytes: checkpointBytes([0x7B, 0x22, 0xFF, 0x22, 0x3A, 0x31, 0x7D], data: []),
      "the header is not JSON: line 1, column 2: the bytes are not UTF-8."),
    .init("list", "[]", "the header must be a JSON object, got a list of 0."),
    .init(
      "two documents", "{} {}",
      "the header is not JSON: line 1, column 4: expected the end of the text, got '{}'."),
    .init(
      "deep nesting", String(repeating: "[", count: 100_000),
      "the header is not JSON: line 1, column 129: "
        + "lists and objects are nested deeper than 128 levels."),
    .init(
      "duplicate name", #"{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"a":1}"#,
      "the header is not JSON: line 1, column 55: the key 'a' stands twice in one object."),
    .init(
      "NaN", #"{"a":{"dtype":"F32","shape":[NaN],"data_offsets":[0,0]}}"#,
      "the header is not JSON: line 1, column 30: 'NaN' is not JSON, "
        + "which has no NaN and no infinity."),
    .init(
      "metadata list", #"{"__metadata__":[1]}"#,
      "'__metadata__' must be an object of texts, got a list of 1."),
    .init(
      "metadata number", #"{"__metadata__":{"format":1}}"#,
      "'__metadata__' must be an object of texts, got the number 1 for 'format'."),
    .init(
      "trailing bytes", "{}", data: 3,
      "3 bytes after the last tensor, which ends at byte 0 of the data, belong to no tensor."),
  ]

  static let entries: [SafetensorsFaultCase] = [
    .init(
      "entry is a number", #"{"a":1}"#,
      "the entry of tensor 'a' must be an object, got the number 1."),
    .init(
      "no dtype", #"{"a":{"shape":[],"data_offsets":[0,4]}}"#, data: 4,
      "the entry of tensor 'a' has no 'dtype'."),
    .init(
      "no shape", #"{"a":{"dtype":"F32","data_offsets":[0,4]}}"#, data: 4,
      "the entry of tensor 'a' has no 'shape'."),
    .init(
      "no offsets", #"{"a":{"dtype":"F32","shape":[]}}"#, data: 4,
      "the entry of tensor 'a' has no 'data_offsets'."),
    .init(
      "unknown field", #"{"a":{"dtype":"F32","shape":[],"data_offsets":[0,4],"x":1}}"#, data: 4,
      "the entry of tensor 'a' has an unknown field 'x', expected dtype, shape and data_offsets."),
    entry(
      "unknown dtype", dtype: #""F31""#,
      "the dtype of tensor 'a' is unknown: got the text 'F31'."),
    entry("dtype number", dtype: "32", "the dtype of tensor 'a' is unknown: got the number 32."),
    entry(
      "negative shape", shape: "[-2]",
      "the shape of tensor 'a' must be a list of whole numbers from 0, got [-2]."),
    entry(
      "fraction in shape", shape: "[2.0]",
      "the shape of tensor 'a' must be a list of whole numbers from 0, got [2.0]."),
    entry(
      "shape above 64 bits", shape: "[99999999999999999999]",
      "the shape of tensor 'a' must be a list of whole numbers from 0, "
        + "got [99999999999999999999]."),
    entry(
      "shape text", shape: #"["2"]"#,
      "the shape of tensor 'a' must be a list of whole numbers from 0, got [the text '2']."),
    entry(
      "shape null", shape: "null",
      "the shape of tensor 'a' must be a list of whole numbers from 0, got null."),
    entry(
      "shape overflows", shape: "[4294967296,4294967296]",
      "the shape [4294967296, 4294967296] of tensor 'a' has more bytes than can be counted."),
    entry(
      "shape overflows before a zero", shape: "[9223372036854775807,2,0]", offsets: "[0,0]",
      data: 0,
      "the shape [9223372036854775807, 2, 0] of tensor 'a' has more bytes than can be counted."),
    entry(
      "three offsets", offsets: "[0,4,8]",
      "the data_offsets of tensor 'a' must be two whole numbers from 0, got [0, 4, 8]."),
    entry(
      "negative offset", offsets: "[-8,0]",
      "the data_offsets of tensor 'a' must be two whole numbers from 0, got [-8, 0]."),
    entry(
      "offset with exponent", offsets: "[0,8e0]",
      "the data_offsets of tensor 'a' must be two whole numbers from 0, got [0, 8e0]."),
    entry(
      "reversed offsets", offsets: "[8,0]",
      "the data_offsets of tensor 'a' end before they begin: [8, 0]."),
    entry(
      "too few bytes", offsets: "[0,4]", data: 4,
      "tensor 'a' (F32, shape [2]) needs 8 bytes, its data_offsets give 4."),
    entry(
      "too many bytes", dtype: #""BF16""#,
      "tensor 'a' (BF16, shape [2]) needs 4 bytes, its data_offsets give 8."),
    entry(
      "cut off", data: 5,
      "the data of tensor 'a' end at byte 8, the file has 5 bytes of data. "
        + "Is the download complete?"),
    entry(
      "far beyond the end", shape: "[100000000000000000]",
      offsets: "[0,400000000000000000]",
      "the data of tensor 'a' end at byte 400000000000000000, the file has 8 bytes of data. "
        + "Is the download complete?"),
    entry(
      "gap at the start", offsets: "[4,12]", data: 12,
      "the data of tensor 'a' begin at byte 4, expected 0: "
        + "the bytes between belong to no tensor."),
    .init(
      "overlap",
      #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"#
        + #""b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#, data: 8,
      "the data of tensor 'b' begin at byte 4, inside tensor 'a', which ends at byte 8."),
    .init(
      "same bytes twice",
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"#
        + #""b":{"dtype":"I32","shape":[1],"data_offsets":[0,4]}}"#, data: 4,
      "the data of tensor 'b' begin at byte 0, inside tensor 'a', which ends at byte 4."),
    .init(
      "gap between",
      #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"#
        + #""b":{"dtype":"U8","shape":[1],"data_offsets":[2,3]}}"#, data: 3,
      "the data of tensor 'b' begin at byte 2, expected 1: "
        + "the bytes between belong to no tensor."),
  ]
}

@Suite struct SafetensorsFaultTests {
  @Test(arguments: SafetensorsFaultCase.files + SafetensorsFaultCase.entries)
  func damagedFilesGiveTheirSentence(_ example: SafetensorsFaultCase) throws {
    try TemporaryFolder.with { folder in
      let path = "\(folder)/a.safetensors"
      try example.bytes.write(toFile: path)
      let error = #expect(throws: CheckpointError.self) { try SafetensorsFile(path: path) }
      #expect(error?.description == "checkpoint \(path): \(example.sentence)")
    }
  }

  @Test func aFileCutOffAnywhereIsAnError() throws {
    let good = [UInt8](try Data(contentsOf: Fixtures.url("checkpoints/single.safetensors")))
    for count in 0..<good.count {
      #expect(throws: SafetensorsFault.self, "\(count) bytes") {
        try good.prefix(count).withUnsafeBytes { _ = try SafetensorsHeader($0) }
      }
    }
  }

  /// Any byte may be wrong: every outcome is an error, or tensors that share out the data.
  @Test func changedBytesNeverCrash() throws {
    let good = [UInt8](try Data(contentsOf: Fixtures.url("checkpoints/single.safetensors")))
    var readable = 0
    for position in 0..<392 {
      for change: UInt8 in [0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80] {
        var bytes = good
        bytes[position] ^= change
        bytes.withUnsafeBytes { bytes in
          guard let header = try? SafetensorsHeader(bytes) else { return }
          readable += 1
          let ends = header.entries.map(\.bytes.upperBound)
          #expect(header.entries.map(\.bytes.lowerBound) == [0] + ends.dropLast())
          #expect(header.dataStart + (ends.last ?? 0) == bytes.count)
        }
      }
    }
    #expect(readable > 0)
  }
}
