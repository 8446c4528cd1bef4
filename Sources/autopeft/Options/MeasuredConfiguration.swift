import ArgumentParser
import Foundation
import PEFTMethods
import SearchSpaces

/// What a benchmark trains: a configuration file, or one method in some layers.
struct MeasuredConfiguration: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The method, with its defaults where --parameter says nothing; 'none' for head only "
        + "(default: lora)."))
  var method: String?

  @Option(help: ArgumentHelp("A value of the method.", valueName: "name=value"))
  var parameter: [String] = []

  @Option(help: "The layers that hold the method, such as 4-5; all by default.")
  var layers: LayerSelection?

  @Option(
    name: .customLong("configuration"),
    help: ArgumentHelp("A configuration file, instead of a method.", valueName: "file"))
  var file: String?

  @Option(help: "Examples per step (default: what --configuration says, or 32).")
  var batch: Int?

  @Option(help: "Examples in all; as many as the steps need by default.")
  var examples: Int?

  @Option(help: "Longest sequence in tokens (default: what --configuration says, or 128).")
  var length: Int?

  @Option(help: "Dropout of backbone and head (default: what --configuration says, or 0).")
  var dropout: Double?

  func validate() throws {
    if file != nil, method != nil || !parameter.isEmpty || layers != nil {
      throw ValidationError(
        "--configuration says what to train by itself; leave out --method, --parameter and --layers."
      )
    }
  }

  /// The configuration on a backbone.
  func configuration(on shape: BackboneShape) throws -> PEFTConfiguration {
    var configuration =
      try file.map { file in
        try PEFTConfiguration(
          yaml: try SpaceText.read(URL(filePath: file), name: file), file: file,
          schemas: MethodRegistry.schemas, backbone: shape)
      } ?? oneMethod(on: shape)
    if let batch { configuration.training.batch = batch }
    if let examples { configuration.training.examples = examples }
    if let length { configuration.training.maximumLength = length }
    if let dropout { configuration.training.backboneDropout = dropout }
    return configuration
  }

  private func oneMethod(on shape: BackboneShape) throws -> PEFTConfiguration {
    let methods = method == "none" ? [] : [MethodInstance(method ?? "lora", try values())]
    let tuned = try (layers ?? LayerSelection(first: 0, last: shape.layers - 1))
      .range(of: shape.layers)
    let groups = [
      LayerGroup(layers: tuned.lowerBound, methods: []),
      LayerGroup(layers: tuned.count, methods: methods),
      LayerGroup(layers: shape.layers - tuned.upperBound, methods: []),
    ]
    return PEFTConfiguration(
      groups: groups.filter { $0.layers > 0 }, training: TrainingSettings())
  }

  private func values() throws -> [String: ParameterValue] {
    var values: [String: ParameterValue] = [:]
    for text in parameter {
      let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
      guard parts.count == 2 else {
        throw ValidationError("--parameter must be name=value, got '\(text)'.")
      }
      values[parts[0]] = Self.value(parts[1])
    }
    return values
  }

  private static func value(_ text: String) -> ParameterValue {
    if let number = Int(text) { return .integer(number) }
    if let number = Double(text) { return .number(number) }
    return text.contains(",")
      ? .list(text.split(separator: ",").map(String.init)) : .text(text)
  }
}

/// Layers written as one number or as the first and the last, counted from 0.
struct LayerSelection: ExpressibleByArgument {
  let first: Int
  let last: Int

  init(first: Int, last: Int) {
    self.first = first
    self.last = last
  }

  init?(argument: String) {
    let numbers = argument.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
    guard let first = numbers.first ?? nil, let last = numbers.last ?? nil,
      numbers.count <= 2, first <= last
    else { return nil }
    self.init(first: first, last: last)
  }

  func range(of count: Int) throws -> Range<Int> {
    guard first >= 0, last < count else {
      throw ValidationError("--layers must lie in 0-\(count - 1), got \(first)-\(last).")
    }
    return first..<last + 1
  }
}
