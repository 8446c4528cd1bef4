internal import RunStore
internal import SearchSpaces
internal import SearchStrategies

/// What a study took.
enum CostSection {
  static func section(
    _ sources: [ReportSource], includesTimes: Bool
  ) throws -> ReportDocument.Section {
    var columns = ["run", "task", "contrast", "trainings", "failed", "refused_draws"]
    if includesTimes { columns.append("seconds") }
    var table = Table(columns: columns)
    for source in sources {
      let times = includesTimes ? try source.history.times() : [:]
      let results = DesignResults(source.trials)
      for contrast in results.contrasts {
        // A training that stands in several contrasts is counted with its first one.
        let own = source.trials.filter { $0.design?.arms.first?.contrast == contrast }
        var row: [Table.Cell] = [
          .text(source.name), .text(source.task), .text(contrast), .integer(own.count),
          .integer(own.count { $0.state == .failed }),
          .integer(results.refusedDraws(of: contrast)),
        ]
        if includesTimes {
          row.append(
            .number(own.reduce(0) { $0 + (times[$1.number]?.seconds ?? 0) }, digits: 0))
        }
        table.append(row)
      }
    }
    return ReportDocument.Section(
      title: "Costs",
      blocks: [
        .table(
          table, name: "costs",
          caption:
            "Trainings by contrast; one that stands in several contrasts is counted once, with "
            + "its first." + (includesTimes ? " Seconds are sums over workers." : ""))
      ])
  }
}
