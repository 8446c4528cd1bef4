extension SearchSpace {
  /// The configurations that every search trains as counted trials, unless `references: off`.
  ///
  /// Head only; LoRA with rank 8 on query and value; BitFit on all biases. A method that is not
  /// among the schemas is left out; all other settings are defaults.
  public func references() -> [PEFTConfiguration] {
    guard usesReferences else { return [] }
    var references = [configuration(holding: [])]
    if let lora = schemas["lora"] {
      var instance = lora.defaultInstance
      instance.parameters["rank"] = .integer(8)
      instance.parameters["targets"] = .list(["query", "value"])
      references.append(configuration(holding: [instance]))
    }
    if let bitFit = schemas["bitfit"] {
      references.append(configuration(holding: [bitFit.defaultInstance]))
    }
    return references
  }

  /// The same methods in every layer, trained with the defaults of the space.
  private func configuration(holding methods: [MethodInstance]) -> PEFTConfiguration {
    PEFTConfiguration(
      groups: [LayerGroup(layers: backbone.layers, methods: methods)], training: trainingDefaults)
  }
}
