/// Named numbers as horizontal bars, the largest first as given.
enum BarChart {
  static func picture(
    _ bars: [(name: String, value: Double)], title: String, name: String, digits: Int
  ) -> SVGPicture {
    let labels = 220.0
    let height = 16 + 24 * Double(bars.count) + 30
    let parts = bars.map { "\($0.name) \(Markup.number($0.value, digits))" }
    var picture = SVGPicture(
      height: height, title: title, summary: "\(name): " + parts.joined(separator: "; ") + ".")
    let largest = max(bars.map(\.value).max() ?? 0, 1e-12)
    for (index, bar) in bars.enumerated() {
      let y = 12 + 24 * Double(index)
      let length = 400 * max(0, bar.value) / largest
      picture.text(
        DistributionChart.shortened(bar.name), labels - 8, y + 13, anchor: .end, class: "label")
      picture.rectangle(labels, y + 2, max(1, length), 15, class: "s0")
      picture.text(
        Markup.number(bar.value, digits), labels + length + 8, y + 14, class: "tick")
    }
    picture.line(labels, 8, labels, height - 26, class: "axis")
    picture.text(name, labels + 200, height - 8, anchor: .middle, class: "name")
    return picture
  }
}
