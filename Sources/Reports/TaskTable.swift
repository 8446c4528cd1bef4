public import Training

/// What `autopeft task check` found, a row each.
public enum TaskTable {
  public static func table(_ report: TaskReport) -> Table {
    var table = Table(columns: ["property", "value"])
    func add(_ name: String, _ cell: Table.Cell) { table.append([.text(name), cell]) }
    add("task", .text(report.name))
    add("kind", .text(report.kind.rawValue))
    add("metric", .text(report.metric))
    if !report.labels.isEmpty { add("labels", .text(report.labels.joined(separator: ", "))) }
    for split in report.splits {
      let name = split.split.rawValue
      add("\(name) examples", .integer(split.examples))
      if !split.classCounts.isEmpty {
        add("\(name) by class", .text(split.classCounts.map(String.init).joined(separator: ", ")))
      }
      if split.emptyTexts > 0 { add("\(name) empty texts", .integer(split.emptyTexts)) }
      add("\(name) duplicates", .integer(split.duplicates))
      if let lengths = split.lengths {
        add(
          "\(name) tokens",
          .text(
            "\(lengths.shortest) to \(lengths.longest), median \(lengths.median), "
              + "95 % at most \(lengths.percentile95)"))
        add("\(name) truncated share", .number(lengths.truncatedShare, digits: 4))
      }
    }
    for overlap in report.overlaps {
      add(
        "\(overlap.second.rawValue) examples also in \(overlap.first.rawValue)",
        .integer(overlap.examples))
    }
    if let share = report.majorityShare { add("majority share", .number(share, digits: 4)) }
    add("score of a constant answer", .number(report.constantScore, digits: 4))
    add("smallest difference that shows", .number(report.resolvableDifference, digits: 4))
    return table
  }
}
