import Backbones
import Checkpoints
import Foundation
import LinearAlgebra
import NeuralNets
import TensorCore
import TestSupport

/// Parts that the tests of backbones share.
enum BertSupport {
  static let sequences: [(ids: [Int32], types: [Int32])] = [
    ([2, 7, 9, 3, 21, 3], [0, 0, 0, 0, 1, 1]),
    ([2, 48, 3], [0, 0, 0]),
    ([2, 11, 12, 13, 14, 15, 3, 30, 31, 32, 33, 3], [0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1]),
  ]
  static let batch = PackedBatch(sequences: sequences)

  /// The tiny checkpoint of `scripts/fixtures/bert_tiny.py`.
  static func tiny(dropout: BackboneDropout = .off) throws -> Bert {
    try Bert(directory: BackboneDirectory(path: tinyFolder.path), dropout: dropout)
  }

  static let tinyFolder = Fixtures.url("bert/tiny")

  static func expected() throws -> WeightReader {
    try WeightReader(file: Fixtures.url("bert/tiny/expected.safetensors").path)
  }

  static func values(_ reader: WeightReader, _ name: String) throws -> [Float] {
    let tensor = try reader.tensor(name)
    return withExtendedLifetime(tensor.owner) { Array(tensor.values) }
  }

  /// The last hidden states, copied while the tape and the backbone live.
  static func hidden(
    _ bert: Bert, _ batch: PackedBatch = batch, noise: RandomKey? = nil
  ) -> [Float] {
    let tape = Tape(recording: false)
    tape.noise = noise
    return withExtendedLifetime((bert, tape)) { bert.hidden(batch, tape: tape).array }
  }

  static func largestDifference(_ left: [Float], _ right: [Float]) -> Float {
    guard left.count == right.count else { return .infinity }
    return zip(left, right).reduce(0) { max($0, abs($1.0 - $1.1)) }
  }

  /// A folder of its own for the time of one test.
  static func withFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "autopeft-bert-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder)
  }

  /// A folder with the tiny model's config and the given tensors.
  static func write(_ tensors: [NamedTensor], to folder: URL) throws -> BackboneDirectory {
    try FileManager.default.copyItem(
      at: tinyFolder.appending(path: "config.json"), to: folder.appending(path: "config.json"))
    try SafetensorsWriter.write(tensors, to: folder.appending(path: "model.safetensors").path)
    return try BackboneDirectory(path: folder.path)
  }

  /// The tensors of the tiny checkpoint under new names; nil leaves one out.
  static func tinyTensors(
    named rename: (String) -> String? = { $0 }
  ) throws -> [NamedTensor] {
    let reader = try WeightReader(directory: tinyFolder.path)
    return try reader.names.compactMap { name in
      try rename(name).map {
        NamedTensor(name: $0, shape: try reader.shape(name), values: try values(reader, name))
      }
    }
  }
}
