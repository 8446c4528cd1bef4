import NeuralNets

/// How a LORA adapter lays out the ranks and scales of its modules.
enum RankPacking: Sendable {
  /// Every module has its own rank and alpha, by patterns where they differ.
  case byModule
  /// All modules have the largest rank R of any, alpha = R, and the scale inside of B.
  case oneRank

  /// The name of the format that packs so.
  var formatName: String {
    switch self {
    case .byModule: HuggingFacePEFT.name
    case .oneRank: PortablePEFT.name
    }
  }

  /// Stands behind the lines that load the adapter.
  var note: String {
    switch self {
    case .byModule: ""
    case .oneRank:
      "\n\nAll modules have one rank, filled up with zeros, and alpha equals it: the scale of each"
        + " module is multiplied into its `lora_B`. A program that reads `r` and `lora_alpha` and"
        + " knows no patterns (vLLM, llama.cpp) computes the same update as PEFT. Such programs"
        + " take the updates alone; the classifier is in `modules_to_save`, which they do not read."
    }
  }

  /// Why modules of a type cannot be packed so; nil where they can.
  func refusal(
    of type: any PEFTAdapterType.Type, _ modules: [PEFTModule], tunesBiases: Bool
  ) -> String? {
    guard self == .oneRank else { return nil }
    if tunesBiases {
      return "tuned biases are known to PEFT alone; --format \(HuggingFacePEFT.name) writes them."
    }
    guard type == LoRAType.self else { return refusal(ofType: type.name) }
    return modules.contains { $0.isMagnitude }
      ? "a magnitude (DoRA) is known to PEFT alone; --format \(HuggingFacePEFT.name) writes it."
      : nil
  }

  /// Why an adapter of a type other than LORA cannot be packed so; nil where it can.
  func refusal(ofType type: String) -> String? {
    self == .byModule
      ? nil
      : "programs other than PEFT load LORA alone, and this is \(type); --format"
        + " \(HuggingFacePEFT.name) writes it."
  }

  /// The modules with their factors as they are written.
  func packed(_ modules: [PEFTModule]) -> [PEFTModule] {
    guard self == .oneRank else { return modules }
    let largest = modules.map { $0.pair?.rank ?? 0 }.max() ?? 0
    return modules.map { module in
      guard let pair = module.pair, pair.rank > 0 else { return module }
      return PEFTModule(
        path: module.path, form: .lowRank(pair.filled(to: largest, scale: 1)),
        inputWidth: module.inputWidth, outputWidth: module.outputWidth)
    }
  }
}

extension PEFTModule {
  fileprivate var isMagnitude: Bool {
    if case .magnitude = form { return true }
    return false
  }

  /// The factors of a plain low-rank update; nil for other forms.
  fileprivate var pair: CanonicalForm.LowRankPair? {
    guard case .lowRank(let pair) = form else { return nil }
    return pair
  }
}
