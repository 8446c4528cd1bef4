internal import Statistics

/// One small panel for each design space: its distribution function with the 95 % band, the others
/// in grey behind it.
enum DistributionChart {
  /// - Parameter leader: the space with the highest mean, which gets a stronger frame.
  static func picture(
    _ spaces: [(name: String, values: [Double])], title: String, leader: String?
  ) -> SVGPicture {
    let columns = min(spaces.count, spaces.count <= 6 ? 3 : 4)
    let rows = (spaces.count + columns - 1) / max(1, columns)
    let (gap, left, top) = (16.0, 40.0, 8.0)
    let width = (720 - left - gap * Double(columns)) / Double(columns)
    let height = 128.0
    let all = spaces.flatMap(\.values)
    var picture = SVGPicture(
      height: top + Double(rows) * (height + 56), title: title,
      summary: summary(spaces, leader: leader))
    for (index, space) in spaces.enumerated() {
      let x0 = left + Double(index % columns) * (width + gap)
      let y0 = top + 20 + Double(index / columns) * (height + 56)
      let x = ChartAxis(all, start: x0, end: x0 + width)
      let y = ChartAxis(lower: 0, upper: 1, start: y0 + height, end: y0)
      frame(&picture, x, y, isFirst: index % columns == 0)
      for other in spaces where other.name != space.name {
        picture.path(curve(EmpiricalDistribution(other.values), x, y, shift: 0), class: "ghost")
      }
      let distribution = EmpiricalDistribution(space.values)
      let half = distribution.halfWidth()
      let upper = curve(distribution, x, y, shift: half)
      let lower = curve(distribution, x, y, shift: -half)
      picture.area(upper + lower.reversed(), class: "band")
      picture.path(curve(distribution, x, y, shift: 0), class: "main")
      let mean = SampleSummary.mean(space.values)
      picture.line(x.place(mean), y0, x.place(mean), y0 + height, class: "mean")
      let mark = space.name == leader ? "▲ " : ""
      picture.text(mark + shortened(space.name), x0, y0 - 7, class: "panel")
      picture.text(
        "n \(space.values.count), mean \(Markup.number(mean, 3))", x0 + width, y0 + height + 30,
        anchor: .end, class: "tick")
    }
    return picture
  }

  private static func frame(
    _ picture: inout SVGPicture, _ x: ChartAxis, _ y: ChartAxis, isFirst: Bool
  ) {
    for share in [0, 0.5, 1.0] {
      picture.line(x.start, y.place(share), x.end, y.place(share), class: "grid")
      if isFirst {
        picture.text(
          Markup.number(share, 1), x.start - 6, y.place(share) + 4, anchor: .end, class: "tick")
      }
    }
    for tick in x.ticks(3) {
      picture.text(tick.label, x.place(tick.value), y.start + 15, anchor: .middle, class: "tick")
    }
  }

  private static func curve(
    _ distribution: EmpiricalDistribution, _ x: ChartAxis, _ y: ChartAxis, shift: Double
  ) -> [(Double, Double)] {
    var points = [(x.start, y.place(min(1, max(0, shift))))]
    var last = 0.0
    for value in distribution.values {
      let share = distribution(value)
      points.append((x.place(value), y.place(min(1, max(0, last + shift)))))
      points.append((x.place(value), y.place(min(1, max(0, share + shift)))))
      last = share
    }
    points.append((x.end, y.place(min(1, max(0, 1 + shift)))))
    return points
  }

  static func shortened(_ name: String) -> String {
    name.count > 30 ? String(name.prefix(28)) + "…" : name
  }

  private static func summary(
    _ spaces: [(name: String, values: [Double])], leader: String?
  ) -> String {
    let means = spaces.map { space in
      "\(space.name): \(space.values.count) runs, mean "
        + Markup.number(SampleSummary.mean(space.values), 4)
    }
    return "Share of runs at or below a score. " + means.joined(separator: "; ") + "."
      + (leader.map { " Highest mean: \($0)." } ?? "")
  }
}
