import NeuralNets

/// The fields of AdapterHub's `LoRAConfig`, which LoRA and (IA)³ share, and where they stand.
///
/// Reference: adapter-hub/adapters src/adapters/configuration/adapter_config.py and
/// src/adapters/methods/lora.py, `LoRALinear`.
enum LoRAFields {
  /// Every field at the value that is written where nothing else is said.
  static let template: [String: ConfigValue] = [
    "architecture": .text("lora"), "selfattn_lora": .flag(false),
    "intermediate_lora": .flag(false), "output_lora": .flag(false), "leave_out": .list([]),
    "attn_matrices": .list([]), "r": .integer(1), "alpha": .integer(1), "dropout": .number(0),
    "composition_mode": .text("add"), "init_weights": .text("lora"), "init_weights_seed": .null,
    "use_gating": .flag(false), "use_dora": .flag(false), "vera_d": .null, "vera_b": .null,
    "dtype": .null,
  ]
  static let free: Set<String> = [
    "selfattn_lora", "intermediate_lora", "output_lora", "leave_out", "attn_matrices", "r", "alpha",
  ]

  /// The maps of a layer that can hold one, in the order of the model, with the library's letters.
  private static let letters: [(point: InsertionPoint, letter: String)] = [
    (.query, "q"), (.key, "k"), (.value, "v"),
  ]

  /// What is said of the attention's output map, which has none in the library's BERT.
  static func refusal(_ parts: [AdapterHubPart]) -> String? {
    guard let part = parts.first(where: { $0.site.point == .attentionOutput }) else { return nil }
    return "AdapterHub has no LoRA at the attention's output map, where '\(part.method)' adapts"
      + " layer \(part.site.layer)."
  }

  /// The maps that are adapted in any layer; the library adapts the same in all of them.
  static func points(_ parts: [AdapterHubPart]) -> [InsertionPoint] {
    let used = Set(parts.map(\.site.point))
    let order: [InsertionPoint] = [.query, .key, .value, .feedForwardIn, .feedForwardOut]
    return order.filter(used.contains)
  }

  /// The fields that say where.
  static func fields(
    _ points: [InsertionPoint], layers: Set<Int>, _ model: AdapterHubModel
  ) -> [String: ConfigValue] {
    let attention = letters.filter { points.contains($0.point) }.map(\.letter)
    return [
      "selfattn_lora": .flag(!attention.isEmpty), "attn_matrices": .texts(attention),
      "intermediate_lora": .flag(points.contains(.feedForwardIn)),
      "output_lora": .flag(points.contains(.feedForwardOut)),
      "leave_out": model.leaveOut(besides: layers),
    ]
  }

  /// The maps that a configuration of a file adapts in each of its layers.
  static func points(_ configuration: AdapterHubConfiguration) throws -> [InsertionPoint] {
    let matrices = configuration.fields["attn_matrices"]?.asTexts ?? []
    let attention =
      try configuration.flag("selfattn_lora")
      ? letters.filter { matrices.contains($0.letter) }.map(\.point) : []
    return attention
      + (try configuration.flag("intermediate_lora") ? [.feedForwardIn] : [])
      + (try configuration.flag("output_lora") ? [.feedForwardOut] : [])
  }
}
