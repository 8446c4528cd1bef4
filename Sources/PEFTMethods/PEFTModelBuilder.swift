public import LinearAlgebra
public import NeuralNets
public import SearchSpaces

/// Applies a whole configuration to a frozen backbone.
public enum PEFTModelBuilder {
  /// Attaches every method of a configuration to a host whose parameters are all frozen.
  ///
  /// What is attached is the canonical form with all defaults written out, so two configurations
  /// that train the same thing get the same tensors under the same names. Nothing is attached when an error
  /// is thrown for the configuration itself; a host that lacks what a method needs may be left half
  /// adapted and is to be thrown away.
  ///
  /// - Parameters:
  ///   - configuration: its groups' sizes must sum to the host's layers. No method in any group is
  ///     the head-only baseline.
  ///   - key: the stream of (study seed, replicate). A tensor starts from
  ///     `key.derived("init").derived(layer).derived(name inside the layer)`.
  public static func attach(
    _ configuration: PEFTConfiguration, to host: any AdapterHost, key: RandomKey
  ) throws(MethodError) -> AttachedConfiguration {
    let configuration = try complete(configuration)
    guard configuration.layerCount == host.layerCount else {
      throw .layerCountMismatch(
        configuration: configuration.layerCount, backbone: host.layerCount)
    }
    let placed = try placements(configuration)
    let shape = BackboneShape(claimsOf: host)
    try refuseUnsuited(placed, shape: shape)
    try refuseConflicts(placed, shape: shape)
    var whole = Attachment()
    for placement in placed {
      let attachment = try placement.method.attach(
        to: host, layers: placement.layers, key: key.derived("init"))
      whole.adapters += attachment.adapters
      whole.tensors += attachment.tensors
      whole.hooks += attachment.hooks
    }
    return AttachedConfiguration(configuration: configuration, host: host, attachment: whole)
  }

  /// What is left of a configuration after training: parts that only help to train are gone.
  ///
  /// An adapter file of the deployed form loads into a host with this configuration attached.
  public static func deployed(
    _ configuration: PEFTConfiguration
  ) throws(MethodError) -> PEFTConfiguration {
    try configuration.mapInstances { instance throws(MethodError) in
      try MethodRegistry.method(instance).deployed
    }
  }

  /// The canonical form with a value for every hyper-parameter.
  static func complete(
    _ configuration: PEFTConfiguration
  ) throws(MethodError) -> PEFTConfiguration {
    try configuration.mapInstances { instance throws(MethodError) in
      let method = try MethodRegistry.method(instance)
      return try MethodValues(instance, schema: type(of: method).schema).complete
    }
  }

  /// The exact counts of a configuration on a backbone, from the methods' formulas.
  public static func predictedCounts(
    _ configuration: PEFTConfiguration, shape: BackboneShape
  ) throws(MethodError) -> ParameterCounts {
    try placements(complete(configuration)).reduce(.zero) { sum, placement in
      let schema = type(of: placement.method).schema
      var counts = sum + schema.sharedCounts(placement.instance, shape)
      for _ in 0..<max(1, placement.layers.count) {
        counts = counts + schema.parameterCounts(placement.instance, shape)
      }
      return counts
    }
  }

  /// One distinct instance and all layers that hold it; no layers for one of model scope.
  struct Placement {
    let instance: MethodInstance
    let method: any PEFTMethod
    var layers: [Int]

    var name: String { instance.name }
  }

  /// The distinct instances of a configuration, ordered by name and then by first layer.
  static func placements(
    _ configuration: PEFTConfiguration
  ) throws(MethodError) -> [Placement] {
    var placed: [Placement] = []
    for (layer, instances) in configuration.layers.enumerated() {
      try refuseRepetition(instances, place: "one layer group (layer \(layer))")
      for instance in instances {
        if let known = placed.firstIndex(where: { $0.instance == instance }) {
          placed[known].layers.append(layer)
        } else {
          let method = try scoped(instance, .layer, foundIn: "a layer group")
          placed.append(Placement(instance: instance, method: method, layers: [layer]))
        }
      }
    }
    try refuseRepetition(configuration.model, place: "the model's list")
    for instance in configuration.model {
      let method = try scoped(instance, .model, foundIn: "the model's list")
      placed.append(Placement(instance: instance, method: method, layers: []))
    }
    return placed.sorted { ($0.name, $0.layers.first ?? -1) < ($1.name, $1.layers.first ?? -1) }
  }

  private static func scoped(
    _ instance: MethodInstance, _ scope: MethodSchema.Scope, foundIn place: String
  ) throws(MethodError) -> any PEFTMethod {
    let method = try MethodRegistry.method(instance)
    let belongs = type(of: method).schema.scope
    guard belongs == scope else {
      throw .wrongScope(
        method: instance.name, belongsTo: belongs == .layer ? "a layer group" : "the model's list",
        foundIn: place)
    }
    return method
  }

  private static func refuseRepetition(
    _ instances: [MethodInstance], place: String
  ) throws(MethodError) {
    var seen: Set<String> = []
    for instance in instances where !seen.insert(instance.name).inserted {
      throw .repeatedMethod(method: instance.name, place: place)
    }
  }

  private static func refuseUnsuited(
    _ placed: [Placement], shape: BackboneShape
  ) throws(MethodError) {
    for placement in placed {
      let schema = type(of: placement.method).schema
      if let reason = schema.refusal(placement.instance, shape) {
        throw .refused(method: placement.name, reason: reason)
      }
    }
  }

  private static func refuseConflicts(
    _ placed: [Placement], shape: BackboneShape
  ) throws(MethodError) {
    var owners: [String: String] = [:]
    for placement in placed {
      let claims = type(of: placement.method).schema.claims(placement.instance, shape)
      let places: [Int?] = placement.layers.isEmpty ? [nil] : placement.layers
      for layer in places {
        for weight in claims {
          let name = tensorName(layer: layer, weight)
          if let other = owners[name] {
            throw .conflictingClaims(
              weight: weight, place: layer.map { "layer \($0)" } ?? "outside the layers",
              methods: [other, placement.name])
          }
          owners[name] = placement.name
        }
      }
    }
  }
}

extension PEFTConfiguration {
  /// The canonical form after a change of every instance.
  fileprivate func mapInstances(
    _ change: (MethodInstance) throws(MethodError) -> MethodInstance
  ) throws(MethodError) -> PEFTConfiguration {
    var result = self
    for group in result.groups.indices {
      for index in result.groups[group].methods.indices {
        result.groups[group].methods[index] = try change(result.groups[group].methods[index])
      }
    }
    for index in result.model.indices {
      result.model[index] = try change(result.model[index])
    }
    return result.canonical
  }
}

extension BackboneShape {
  /// What a host shows of its shape, enough for the names that methods claim and for refusals.
  init(claimsOf host: any AdapterHost) {
    self.init(
      layers: host.layerCount, width: host.width, feedForward: 4 * host.width,
      heads: host.headCount,
      normsComeFirst: host.insertionPoints(layer: 0).contains(.layer))
  }
}
