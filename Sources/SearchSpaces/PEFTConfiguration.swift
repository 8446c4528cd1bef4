/// One complete way to fine-tune: which layers hold which methods, and how training runs.
///
/// This value is all that the search and the training side share. It is fully resolved: no ranges,
/// no patterns, no budgets. Two configurations that train the same thing have the same
/// `canonical` form, and that form is what a trial is identified by.
public struct PEFTConfiguration: Codable, Hashable, Sendable {
  /// Consecutive layer groups from the input side; their sizes sum to the backbone's layers.
  public var groups: [LayerGroup]
  /// Methods that belong to the whole model (such as tuned embeddings), sorted by name.
  public var model: [MethodInstance]
  /// How the trial trains.
  public var training: TrainingSettings

  public init(groups: [LayerGroup], model: [MethodInstance] = [], training: TrainingSettings) {
    self.groups = groups
    self.model = model
    self.training = training
  }

  /// The number of layers of the backbone that this configuration is for.
  public var layerCount: Int { groups.reduce(0) { $0 + $1.layers } }

  /// The methods of each layer, from the input side.
  public var layers: [[MethodInstance]] {
    groups.flatMap { Array(repeating: $0.methods, count: $0.layers) }
  }

  /// The same training in its one normal form: methods sorted by name, equal neighbours merged.
  public var canonical: PEFTConfiguration {
    var merged: [LayerGroup] = []
    for group in groups where group.layers > 0 {
      let methods = group.methods.sorted(by: MethodInstance.precedes)
      if let last = merged.last, last.methods == methods {
        merged[merged.count - 1].layers += group.layers
      } else {
        merged.append(LayerGroup(layers: group.layers, methods: methods))
      }
    }
    return PEFTConfiguration(
      groups: merged, model: model.sorted(by: MethodInstance.precedes), training: training)
  }
}

/// A run of consecutive layers that hold the same methods.
public struct LayerGroup: Codable, Hashable, Sendable {
  /// How many consecutive layers belong to the group, at least 1.
  public var layers: Int
  /// The methods in each of these layers; empty where the group stays frozen.
  public var methods: [MethodInstance]

  public init(layers: Int, methods: [MethodInstance]) {
    self.layers = layers
    self.methods = methods
  }
}

/// One PEFT method with all its hyper-parameters set.
public struct MethodInstance: Codable, Hashable, Sendable {
  /// The method's name in space files, such as `lora`.
  public var name: String
  /// A value for every parameter of the method's schema.
  public var parameters: [String: ParameterValue]

  public init(_ name: String, _ parameters: [String: ParameterValue]) {
    self.name = name
    self.parameters = parameters
  }

  /// The canonical order: by name, then by the parameters' text.
  static func precedes(_ a: MethodInstance, _ b: MethodInstance) -> Bool {
    a.name == b.name ? a.parameterText < b.parameterText : a.name < b.name
  }

  private var parameterText: String {
    parameters.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
      .joined(separator: ",")
  }
}
