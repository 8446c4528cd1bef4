import Checkpoints
import Foundation
import NeuralNets
import SearchSpaces
import TensorCore
import TestSupport
import Testing

@testable import Exports

/// The format beside files and logits of the adapters library.
@Suite struct AdapterHubTests {
  private static let configFiles = [AdapterHub.configFile, AdapterHub.headConfigFile]
  private static let tensorFiles = [AdapterHub.tensorFile, AdapterHub.headTensorFile]

  private func fixture(_ name: String) -> String { Fixtures.url("adapterhub/\(name)").path }

  /// Exports a case and gives the folder to a body.
  private func withExport(
    _ test: AdapterHubCase, _ body: (ExportSubject, String) throws -> Void
  ) throws {
    let subject = try TinySubject.make(test.groups, head: test.head)
    try TinySubject.withFolder { folder in
      let output = folder.appending(path: "export").path
      try Export.write(subject, format: AdapterHub.name, to: output)
      try body(subject, output)
    }
  }

  @Test(arguments: AdapterHubCase.all)
  func configurationsEqualThoseThatTheLibrarySaves(test: AdapterHubCase) throws {
    try withExport(test) { _, output in
      for file in Self.configFiles {
        let own = try ConfigValue(contentsOf: "\(output)/\(file)")
        let theirs = try ConfigValue(contentsOf: "\(fixture(test.name))/\(file)")
        #expect(own == theirs, "\(file): \(own.json)\nlibrary: \(theirs.json)")
      }
    }
  }

  @Test(arguments: AdapterHubCase.all)
  func namesAndShapesEqualThoseThatTheLibrarySaves(test: AdapterHubCase) throws {
    func shapes(_ path: String) throws -> [String: [Int]] {
      Dictionary(
        uniqueKeysWithValues: try TorchArchiveReader.tensors(of: path).map { ($0.name, $0.shape) })
    }
    try withExport(test) { _, output in
      for file in Self.tensorFiles {
        let own = try shapes("\(output)/\(file)")
        #expect(!own.isEmpty)
        #expect(own == (try shapes("\(fixture(test.name))/\(file)")), "\(file)")
      }
    }
  }

  /// The rules by which an export is read back are those of the library: its files, its logits.
  @Test(arguments: AdapterHubCase.all)
  func filesOfTheLibraryGiveItsLogits(test: AdapterHubCase) throws {
    let subject = try TinySubject.make(test.groups, head: test.head)
    let loaded = try AdapterHub().reload(fixture(test.name), like: subject)
    let reader = try WeightReader(file: Fixtures.url("adapterhub/logits.safetensors").path)
    let expected = try reader.tensor(test.name, shape: [2, 3])
    Tape.evaluate { tape in
      let batch = TinySubject.batch
      let logits = loaded.head.logits(
        hidden: loaded.backbone.hidden(batch, tape: tape), batch: batch, tape: tape)
      for (own, theirs) in zip(logits.values, expected.values) {
        #expect(abs(own - theirs) <= 2e-5, "\(own) beside \(theirs)")
      }
    }
  }

  @Test(arguments: AdapterHubCase.all)
  func whatIsWrittenReadsBackToTheSameLogits(test: AdapterHubCase) throws {
    try withExport(test) { subject, output in
      let difference = try Export.check(
        subject, format: AdapterHub.name, directory: output, batches: [TinySubject.batch])
      #expect(difference <= 2e-5)
    }
  }

  /// CIAT without input is written as parallel adapters, AdaMix as the one adapter that it is averaged
  /// to, AdapterDrop without what it drops.
  @Test func variantsOfBottlenecksAreWrittenAsWhatIsLeftOfThem() throws {
    let adamix = MethodInstance(
      "adamix", ["bottleneck": .integer(3), "down-copies": .integer(3), "up-copies": .integer(2)])
    let drop = MethodInstance("adapterdrop", ["bottleneck": .integer(3), "dropped": .integer(1)])
    let ciat = MethodInstance(
      "ciat", ["bottleneck": .integer(3), "input-bottleneck": .integer(0)])
    let subjects = [
      try TinySubject.make([LayerGroup(layers: 2, methods: [])], model: [ciat], head: .pooler),
      try TinySubject.make([LayerGroup(layers: 2, methods: [adamix])], head: .pooler),
      try TinySubject.make([LayerGroup(layers: 2, methods: [])], model: [drop], head: .pooler),
    ]
    for (subject, tensorCount) in zip(subjects, [16, 8, 4]) {
      try TinySubject.withFolder { folder in
        let output = folder.appending(path: "export").path
        try Export.write(subject, format: AdapterHub.name, to: output)
        let file = "\(output)/\(AdapterHub.tensorFile)"
        #expect(try TorchArchiveReader.tensors(of: file).count == tensorCount)
        let difference = try Export.check(
          subject, format: AdapterHub.name, directory: output, batches: [TinySubject.batch])
        #expect(difference <= 2e-5)
      }
    }
  }

  @Test(arguments: AdapterHubCase.refused.indices)
  func whatCannotBeHeldIsRefusedWithTheReason(index: Int) throws {
    let row = AdapterHubCase.refused[index]
    let subject = try TinySubject.make(row.test.groups, head: row.test.head)
    #expect(AdapterHub().refusal(of: subject) == row.reason, "\(row.test.name)")
  }

  @Test func theComparisonNoticesAChangedScale() throws {
    let test = AdapterHubCase("scale", both: [AdapterHubCase.parallel(4)])
    try withExport(test) { subject, output in
      try replace("\"scaling\": 4.0", with: "\"scaling\": 3.0", in: output, AdapterHub.configFile)
      let difference = try Export.check(
        subject, format: AdapterHub.name, directory: output, batches: [TinySubject.batch])
      #expect(difference > 1e-3)
    }
  }

  private func replace(
    _ text: String, with other: String, in folder: String, _ file: String
  ) throws {
    let path = "\(folder)/\(file)"
    let old = try String(contentsOfFile: path, encoding: .utf8)
    let new = old.replacingOccurrences(of: text, with: other)
    #expect(new != old, "\(text)")
    try new.write(toFile: path, atomically: true, encoding: .utf8)
  }

  /// Changes after which the library would compute something else, or nothing at all.
  static let damages: [(file: String, text: String, other: String, reason: String)] = [
    (
      AdapterHub.configFile, "\"scaling\": 4.0", "\"scaling\": 4",
      "'scaling' is 4, expected a number with a point"
    ),
    (
      AdapterHub.configFile, "\"version\": \"adapters.1.3.0\"", "\"versions\": \"\"",
      "'version' is missing, expected \"adapters.1.3.0\""
    ),
    (
      AdapterHub.configFile, "\"non_linearity\": \"relu\"", "\"non_linearity\": \"gelu_orig\"",
      "'non_linearity' is \"gelu_orig\", expected one of gelu, gelu_new, relu, tanh, swish, linear"
    ),
    (
      AdapterHub.configFile, "\"residual_before_ln\": true", "\"residual_before_ln\": false",
      "'residual_before_ln' is false, expected true"
    ),
    (
      AdapterHub.configFile, "\"use_gating\": false", "\"use_gates\": false",
      "'use_gating' is missing, expected false"
    ),
    (
      AdapterHub.headConfigFile, "\"num_labels\": 3", "\"num_labels\": 2",
      "'num_labels' is 2, expected 3"
    ),
  ]

  @Test(arguments: damages.indices)
  func aChangedConfigurationIsNotReadAsSomethingElse(index: Int) throws {
    let row = Self.damages[index]
    try withExport(AdapterHubCase("parallel", both: [AdapterHubCase.parallel(4)])) {
      subject, output in
      try replace(row.text, with: row.other, in: output, row.file)
      #expect(throws: ExportError.damaged(file: "\(output)/\(row.file)", reason: row.reason)) {
        try AdapterHub().reload(output, like: subject)
      }
    }
  }
}
