import NeuralNets
import PEFTMethods

/// The methods of AdapterHub that the exporter writes, and what one adapter can hold of them.
enum AdapterHubMethods {
  static let all: [any AdapterHubMethod.Type] = [
    GatedMethod.self, BottleneckMethod.self, CompacterMethod.self, LoRAMethod.self,
    IA3Method.self, PrefixMethod.self,
  ]

  /// Everything that was attached, as parts, padding apart, which `refusal` tells of.
  static func parts(of attached: AttachedConfiguration) -> [AdapterHubPart] {
    attached.canonicalForms.compactMap { placed in
      if case .padding = placed.form { return nil }
      return AdapterHubPart(site: placed.site, method: placed.method, form: placed.form)
    }
  }

  /// The parts of each method that has any, in the order of a union's members.
  static func members(
    of parts: [AdapterHubPart]
  ) -> [(method: any AdapterHubMethod.Type, parts: [AdapterHubPart])] {
    all.compactMap { method in
      let own = parts.filter { method.holds($0.form) }
      return own.isEmpty ? nil : (method, own)
    }
  }

  /// Why one adapter cannot hold everything that was attached; nil where it can, exactly.
  static func refusal(of attached: AttachedConfiguration) -> String? {
    let parts = parts(of: attached)
    let unheld = parts.filter { part in !all.contains { $0.holds(part.form) } }
    let foreign = Set(attached.tensors.map(\.method)).subtracting(parts.map(\.method))
      .union(unheld.map(\.method)).sorted()
    if parts.count < attached.canonicalForms.count {
      return
        "AdapterHub's gates read whatever padding a batch has, and a file cannot ask for it as "
        + "'padding: true' does: its logits would differ with the batch."
    }
    if !foreign.isEmpty { return "AdapterHub has no method for " + quoted(foreign) + "." }
    if parts.isEmpty {
      return "nothing is adapted (head only), and AdapterHub loads no adapter without a method."
    }
    let members = members(of: parts)
    if let shared = sharedSite(parts) { return shared }
    if members.contains(where: { $0.method == LoRAMethod.self }),
      members.contains(where: { $0.method == IA3Method.self })
    {
      return "an adapter of AdapterHub has one LoRA configuration, which adds or rescales, and "
        + quoted(Set(members.flatMap { $0.parts.map(\.method) }).sorted()) + " need both."
    }
    if let gated = besideGates(parts) { return gated }
    return members.lazy.compactMap { $0.method.refusal($0.parts) }.first
  }

  /// LoRA, (IA)³ or prefixes beside gated ones, for which the library has no second configuration.
  private static func besideGates(_ parts: [AdapterHubPart]) -> String? {
    func kind(_ form: CanonicalForm) -> (name: String, isGated: Bool)? {
      if case .gated(_, let inner) = form { return kind(inner).map { ($0.name, true) } }
      if LoRAMethod.holds(form) || IA3Method.holds(form) { return ("LoRA", false) }
      return PrefixMethod.holds(form) ? ("prefix", false) : nil
    }
    for name in ["LoRA", "prefix"] {
      let own = parts.filter { kind($0.form)?.name == name }
      guard Set(own.compactMap { kind($0.form)?.isGated }).count > 1 else { continue }
      return "an adapter of AdapterHub has one \(name) configuration, with or without gates, and "
        + quoted(Set(own.map(\.method)).sorted()) + " need both."
    }
    return nil
  }

  /// Two parts at one place, which the library refuses to load.
  private static func sharedSite(_ parts: [AdapterHubPart]) -> String? {
    let bySite = Dictionary(grouping: parts, by: \.site)
    let shared = bySite.filter { $0.value.count > 1 }.min {
      ($0.key.layer, $0.key.point.rawValue) < ($1.key.layer, $1.key.point.rawValue)
    }
    return shared.map { site, parts in
      "an adapter of AdapterHub has one part at a place, and " + quoted(parts.map(\.method))
        + " stand together at '\(site.point.rawValue)' of layer \(site.layer)."
    }
  }

  private static func quoted(_ names: [String]) -> String {
    names.map { "'\($0)'" }.joined(separator: ", ")
  }
}
