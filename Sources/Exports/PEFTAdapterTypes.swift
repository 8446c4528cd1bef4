import NeuralNets
import PEFTMethods

/// The types of Hugging Face PEFT that the exporter writes.
enum PEFTAdapterTypes {
  static let all: [any PEFTAdapterType.Type] = [
    LoRAType.self, VeRAType.self, LoHaType.self, LoKrType.self, OFTType.self, BOFTType.self,
    IA3Type.self, SHiRAType.self,
  ]
  /// Those that hold everything in one tensor and adapt no module.
  static let prompts: [any PEFTPromptType.Type] = [
    PromptTuningType.self, PTuningType.self, PrefixTuningType.self,
  ]

  /// What an adapter of one type would hold, or why there is none.
  enum Choice {
    case type(any PEFTAdapterType.Type)
    case prompt(any PEFTPromptType.Type, [PEFTPlacedForm])
    case norms([PEFTNorms.Module])
    case refusal(String)
  }

  /// The type that holds everything that was attached.
  static func choose(
    _ attached: AttachedConfiguration, _ modules: [PEFTModule], backbone: any Backbone
  ) -> Choice {
    if let norms = PEFTNorms.modules(attached, backbone: backbone) { return .norms(norms) }
    let forms = attached.canonicalForms
    let prompted = forms.filter { form in prompts.contains { $0.holds(form.form) } }
    let biases = PEFTBiases.methods(attached)
    let adapted = Set(
      forms.filter { form in all.contains { $0.holds(form.form) } }.map(\.method)
        + prompted.map(\.method)
    ).union(biases)
    let methods = Set(attached.tensors.map(\.method))
    let foreign = methods.subtracting(adapted).sorted()
    if !foreign.isEmpty {
      return .refusal("PEFT has no type for " + quoted(foreign) + ".")
    }
    if !prompted.isEmpty {
      let placed = prompted.map { PEFTPlacedForm(site: $0.site, form: $0.form) }
      guard modules.isEmpty,
        let type = prompts.first(where: { type in placed.allSatisfy { type.holds($0.form) } })
      else { return .refusal(severalTypes(methods)) }
      return type.refusal(placed, backbone: backbone).map(Choice.refusal) ?? .prompt(type, placed)
    }
    if modules.isEmpty {
      return .refusal(
        "nothing is adapted (head only), and PEFT loads no adapter without a target.")
    }
    guard let type = all.first(where: { type in modules.allSatisfy { type.holds($0.form) } }),
      biases.isEmpty || type == LoRAType.self
    else { return .refusal(severalTypes(methods)) }
    let paths = modules.map(\.path)
    guard Set(paths).count == paths.count else {
      return .refusal(
        "one PEFT adapter changes a module once, and " + quoted(methods.sorted())
          + " adapt one module together.")
    }
    return type.refusal(modules).map(Choice.refusal) ?? .type(type)
  }

  private static func severalTypes(_ methods: Set<String>) -> String {
    "one PEFT adapter is of one type, and " + quoted(methods.sorted()) + " are of several."
  }

  private static func quoted(_ names: [String]) -> String {
    names.map { "'\($0)'" }.joined(separator: ", ")
  }
}
