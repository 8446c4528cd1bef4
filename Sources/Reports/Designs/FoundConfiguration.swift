internal import RunStore
internal import SearchSpaces
internal import Statistics
internal import Studies

/// The configuration with the highest score, and what it puts into each layer.
enum FoundConfiguration {
  static func section(
    _ sources: [ReportSource], decisions: [ContrastAnalysis] = []
  ) -> ReportDocument.Section {
    var blocks: [ReportDocument.Block] = []
    let chosen = decisions.filter { $0.scores.arms.count > 1 }
    if !chosen.isEmpty {
      let words = chosen.map { "\($0.contrast): \($0.leader ?? "–")" }
      blocks.append(
        .paragraph(
          "The arms with the highest means, together: " + words.joined(separator: "; ") + "."))
    }
    for source in sources {
      guard let best = source.records.ranked().first else { continue }
      let configuration = best.trial.configuration
      blocks.append(
        .paragraph(
          "Best single training of \(source.name): trial \(best.number), score "
            + "\(Markup.number(best.trial.score ?? 0, 4)), "
            + "\(Markup.whole(best.trial.costs.parameters.deployed)) parameters."))
      blocks.append(.code(configuration.digest))
      let layers = profile(configuration, source.space)
      let methods = Set(layers.flatMap(\.keys)).sorted()
      guard !methods.isEmpty else { continue }
      blocks.append(
        .figure(
          LayerProfileChart.picture(
            layers, methods: methods, title: "Parameters by layer, \(source.name)"),
          caption: "Deployed parameters of each layer by method, layer 0 nearest to the input."))
      blocks.append(
        .table(
          table(layers, methods: methods), name: "layers of \(source.name)",
          caption: "Deployed parameters by layer and method."))
    }
    return ReportDocument.Section(title: "Configuration found", blocks: blocks)
  }

  /// Deployed parameters of each method in each layer.
  static func profile(
    _ configuration: PEFTConfiguration, _ space: SearchSpace
  ) -> [[String: Int]] {
    configuration.layers.map { methods in
      var counts: [String: Int] = [:]
      for method in methods {
        guard let schema = space.schemas[method.name] else { continue }
        counts[method.name, default: 0] +=
          schema.parameterCounts(method, space.backbone).deployed
      }
      return counts
    }
  }

  private static func table(_ layers: [[String: Int]], methods: [String]) -> Table {
    var table = Table(columns: ["layer"] + methods + ["all"])
    for (index, layer) in layers.enumerated() {
      table.append(
        [.integer(index)] + methods.map { .integer(layer[$0] ?? 0) }
          + [.integer(layer.values.reduce(0, +))])
    }
    return table
  }
}
