internal import Statistics

/// Differences with their intervals, a row each, around zero.
enum IntervalChart {
  /// One row.
  struct Row {
    let label: String
    let interval: ConfidenceInterval
    /// Whether the row is called different from zero.
    let isClear: Bool
  }

  /// - Parameter margin: the half-width of the stripe of equivalence.
  static func picture(
    _ rows: [Row], title: String, name: String, margin: Double?
  ) -> SVGPicture {
    let labels = 250.0
    let height = 24 + 26 * Double(rows.count) + 44
    var picture = SVGPicture(height: height, title: title, summary: summary(rows, name))
    let bottom = height - 44
    var values: [Double] = [0]
    for row in rows { values += [row.interval.lower, row.interval.upper] }
    if let margin { values += [-1.2 * margin, 1.2 * margin] }
    let x = ChartAxis(values, start: labels, end: 640)
    if let margin {
      picture.rectangle(
        x.place(-margin), 10, x.place(margin) - x.place(-margin), bottom - 10, class: "stripe")
    }
    for tick in x.ticks(5) {
      picture.line(x.place(tick.value), 10, x.place(tick.value), bottom, class: "grid")
      picture.text(tick.label, x.place(tick.value), bottom + 16, anchor: .middle, class: "tick")
    }
    picture.line(x.place(0), 6, x.place(0), bottom, class: "zero")
    for (index, row) in rows.enumerated() {
      let y = 24 + 26 * Double(index)
      picture.text(
        DistributionChart.shortened(row.label), labels - 10, y + 4, anchor: .end, class: "label")
      let tip =
        "\(row.label): \(Markup.number(row.interval.estimate, 4, signed: true)) "
        + "[\(Markup.number(row.interval.lower, 4, signed: true)), "
        + "\(Markup.number(row.interval.upper, 4, signed: true))]"
      picture.line(
        x.place(row.interval.lower), y, x.place(row.interval.upper), y, class: "whisker")
      // Filled where different from zero, hollow where not: not by colour alone.
      picture.circle(
        x.place(row.interval.estimate), y, 5, class: row.isClear ? "dot" : "hollow", tip: tip)
      picture.text(
        Markup.number(row.interval.estimate, 4, signed: true), 712, y + 4, anchor: .end,
        class: "tick")
    }
    picture.text(name, (labels + 640) / 2, height - 8, anchor: .middle, class: "name")
    return picture
  }

  private static func summary(_ rows: [Row], _ name: String) -> String {
    let parts = rows.map { row in
      "\(row.label) \(Markup.number(row.interval.estimate, 4, signed: true)) from "
        + "\(Markup.number(row.interval.lower, 4, signed: true)) to "
        + Markup.number(row.interval.upper, 4, signed: true)
    }
    return "\(name), with 95 % intervals: " + parts.joined(separator: "; ") + "."
  }
}
