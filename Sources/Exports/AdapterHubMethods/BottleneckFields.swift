import NeuralNets

/// The fields of AdapterHub's `BnConfig`, which bottlenecks and Compacter share.
///
/// Reference: adapter-hub/adapters src/adapters/configuration/adapter_config.py.
enum BottleneckFields {
  /// Every field at the value that is written where nothing else is said.
  static let template: [String: ConfigValue] = [
    "mh_adapter": .flag(false), "output_adapter": .flag(false), "cross_adapter": .flag(false),
    "reduction_factor": .number(1), "non_linearity": .text("relu"), "leave_out": .list([]),
    "original_ln_before": .flag(false), "original_ln_after": .flag(true),
    "residual_before_ln": .flag(true), "adapter_residual_before_ln": .flag(false),
    "ln_before": .flag(false), "ln_after": .flag(false), "is_parallel": .flag(false),
    "scaling": .number(1), "use_gating": .flag(false), "dropout": .number(0),
    "stochastic_depth": .number(0), "init_weights": .text("bert"), "init_weights_seed": .null,
    "inv_adapter": .null, "inv_adapter_reduction_factor": .null, "phm_layer": .flag(false),
    "phm_dim": .integer(4), "phm_rank": .integer(1), "phm_bias": .flag(true),
    "learn_phm": .flag(true), "shared_phm_rule": .flag(true), "factorized_phm_rule": .flag(false),
    "shared_W_phm": .flag(false), "factorized_phm_W": .flag(true),
    "phm_c_init": .text("normal"), "phm_init_range": .number(0.0001),
    "hypercomplex_nonlinearity": .text("glorot-uniform"),
  ]
  /// What differs between configurations; everything else must be as in the template.
  static let free: Set<String> = [
    "mh_adapter", "output_adapter", "reduction_factor", "non_linearity", "leave_out",
    "original_ln_before", "is_parallel", "scaling", "init_weights", "phm_layer", "phm_dim",
    "phm_rank", "shared_phm_rule",
  ]

  /// Which blocks of a layer hold a bottleneck.
  struct Blocks: Hashable {
    var attention = false
    var feedForward = false

    var points: [InsertionPoint] {
      (attention ? [.attentionBlock] : []) + (feedForward ? [.feedForwardBlock] : [])
    }

    init(_ points: Set<InsertionPoint>) {
      attention = points.contains(.attentionBlock)
      feedForward = points.contains(.feedForwardBlock)
    }

    init(_ configuration: AdapterHubConfiguration) throws {
      attention = try configuration.flag("mh_adapter")
      feedForward = try configuration.flag("output_adapter")
    }

    var fields: [String: ConfigValue] {
      ["mh_adapter": .flag(attention), "output_adapter": .flag(feedForward)]
    }
  }

  /// The library's name of an activation, the same with and without the renaming of old versions.
  ///
  /// Its `gelu` is exact and `gelu_new` the tanh approximation, where the file has a `version`.
  static func name(of activation: Activation) -> String {
    switch activation {
    case .gelu: "gelu"
    case .geluTanh: "gelu_new"
    case .relu: "relu"
    case .tanh: "tanh"
    case .silu: "swish"
    case .identity: "linear"
    }
  }

  static func activation(_ configuration: AdapterHubConfiguration) throws -> Activation {
    let name = try configuration.text("non_linearity")
    guard let activation = Activation.allCases.first(where: { self.name(of: $0) == name }) else {
      let known = Activation.allCases.map { self.name(of: $0) }.joined(separator: ", ")
      throw configuration.fault("non_linearity", expected: "one of \(known)")
    }
    return activation
  }

  /// What a wiring is in the library's flags.
  static func fields(of wiring: CanonicalForm.Bottleneck.Wiring) -> [String: ConfigValue] {
    [
      "original_ln_before": .flag(wiring == .closedBranch),
      "is_parallel": .flag(wiring == .branchInput),
    ]
  }

  static func wiring(
    _ configuration: AdapterHubConfiguration
  ) throws -> CanonicalForm.Bottleneck.Wiring {
    switch (try configuration.flag("original_ln_before"), try configuration.flag("is_parallel")) {
    case (true, false): .closedBranch
    case (false, false): .branchOutput
    case (false, true): .branchInput
    case (true, true): throw configuration.fault("is_parallel", expected: "false after a norm")
    }
  }

  /// The factor from which the library computes exactly b = ⌊D / factor⌋ in doubles.
  ///
  /// D/b where b divides D, else D/(b + ½): D/b itself loses one to rounding for many sizes (D = 768,
  /// b = 13 gives 12).
  static func reductionFactor(width: Int, bottleneck: Int) -> Double {
    width % bottleneck == 0
      ? Double(width / bottleneck) : Double(width) / (Double(bottleneck) + 0.5)
  }

  /// What the library makes of a factor: Python's `int(width // factor)`, at least 1.
  static func bottleneck(width: Int, reductionFactor: Double) -> Int {
    let dividend = Double(width)
    let multiple = dividend - dividend.truncatingRemainder(dividingBy: reductionFactor)
    return max(1, Int((multiple / reductionFactor).rounded()))
  }

  /// One factor for all layers, or a map from layers to factors.
  static func reductionFactors(_ sizes: [Int: Int], width: Int) -> ConfigValue {
    let factors = sizes.mapValues { reductionFactor(width: width, bottleneck: $0) }
    guard let first = factors.first?.value, factors.values.contains(where: { $0 != first }) else {
      return .number(factors.first?.value ?? 1)
    }
    return .map(
      Dictionary(uniqueKeysWithValues: factors.map { (String($0.key), .number($0.value)) }))
  }

  /// The largest inner width that a method here may have.
  private static let largestSize = 8192

  /// The inner width in a layer; a map of factors may have one for all layers that it leaves out.
  static func bottleneck(
    _ configuration: AdapterHubConfiguration, layer: Int, width: Int
  ) throws -> Int {
    let value = configuration.fields["reduction_factor"]
    let own = value?[String(layer)] ?? value?["default"]
    guard let factor = value?.asNumber ?? own?.asNumber,
      (Double(width) / Double(largestSize)...1e9).contains(factor)
    else {
      throw configuration.fault(
        "reduction_factor",
        expected: "a positive number, for layer \(layer) too, that leaves at most \(largestSize)")
    }
    return bottleneck(width: width, reductionFactor: factor)
  }
}
