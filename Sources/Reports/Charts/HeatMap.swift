/// Signed numbers in a grid: the value in each cell, its size as the strength of one of two colours.
enum HeatMap {
  /// - Parameters:
  ///   - cells: by row, then column; nil where there is no number.
  ///   - errors: standard errors of the same shape.
  static func picture(
    rows: [String], columns: [String], cells: [[Double?]], errors: [[Double?]], title: String,
    unit: String
  ) -> SVGPicture {
    let (left, top, height) = (110.0, 34.0, 46.0)
    let width = min(140, (720 - left) / Double(max(1, columns.count)))
    let largest = max(cells.joined().compactMap { $0.map(abs) }.max() ?? 0, 1e-12)
    var picture = SVGPicture(
      height: top + height * Double(rows.count) + 12, title: title,
      summary: summary(rows, columns, cells, unit))
    for (column, name) in columns.enumerated() {
      picture.text(
        name, left + (Double(column) + 0.5) * width, 22, anchor: .middle, class: "label")
    }
    for (row, name) in rows.enumerated() {
      let y = top + Double(row) * height
      picture.text(name, left - 10, y + height / 2 + 4, anchor: .end, class: "label")
      for column in columns.indices {
        let x = left + Double(column) * width
        picture.rectangle(x + 1, y + 1, width - 2, height - 2, class: "cell")
        guard let value = cells[row][column] else {
          picture.text(
            "not run", x + width / 2, y + height / 2 + 4, anchor: .middle, class: "tick")
          continue
        }
        picture.rectangle(
          x + 1, y + 1, width - 2, height - 2, class: value >= 0 ? "plus" : "minus",
          tip: "\(name), \(columns[column]): \(Markup.number(value, 4, signed: true))",
          opacity: 0.08 + 0.47 * abs(value) / largest)
        picture.text(
          Markup.number(value, 4, signed: true), x + width / 2, y + height / 2 - 1,
          anchor: .middle, class: "value")
        if let error = errors[row][column] {
          picture.text(
            "± \(Markup.number(error, 4))", x + width / 2, y + height / 2 + 14, anchor: .middle,
            class: "tick")
        }
      }
    }
    return picture
  }

  private static func summary(
    _ rows: [String], _ columns: [String], _ cells: [[Double?]], _ unit: String
  ) -> String {
    let parts = rows.enumerated().map { row, name in
      let values = columns.enumerated().compactMap { column, title in
        cells[row][column].map { "\(title) \(Markup.number($0, 4, signed: true))" }
      }
      return "\(name): " + values.joined(separator: ", ")
    }
    return "\(unit). " + parts.joined(separator: "; ") + "."
  }
}
