import NeuralNets

/// A method of AdapterHub whose files can be taken over into this program.
protocol ImportableAdapterHubMethod: AdapterHubMethod {
  /// What a field means where a file does not have it, as in the library.
  static var defaults: [String: ConfigValue] { get }
  /// Fields that every version of the library writes.
  static var needed: Set<String> { get }
  /// Fields that say how a training starts, or nothing for such a configuration.
  static var idle: Set<String> { get }
  /// What a configuration holds, part by part; its fields are all there.
  static func read(
    _ configuration: AdapterHubConfiguration, _ tensors: UntakenTensors, _ model: AdapterHubModel
  ) throws -> [AdapterHubPart]
}
