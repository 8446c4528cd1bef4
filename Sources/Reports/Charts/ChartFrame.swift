/// The frame of a chart with two numeric axes.
struct ChartFrame {
  var picture: SVGPicture
  let x: ChartAxis
  let y: ChartAxis

  /// - Parameter right: room at the right side for labels of lines.
  init(
    title: String, summary: String, width: Double = 720, height: Double = 320,
    x: [Double], y: [Double], logarithmicX: Bool = false, xName: String, yName: String,
    right: Double = 16
  ) {
    picture = SVGPicture(width: width, height: height, title: title, summary: summary)
    self.x = ChartAxis(x, start: 64, end: width - right, logarithmic: logarithmicX)
    self.y = ChartAxis(y, start: height - 46, end: 14)
    for tick in self.y.ticks() {
      let place = self.y.place(tick.value)
      picture.line(64, place, width - right, place, class: "grid")
      picture.text(tick.label, 57, place + 4, anchor: .end, class: "tick")
    }
    for tick in self.x.ticks(7) {
      let place = self.x.place(tick.value)
      picture.line(place, height - 46, place, height - 41, class: "axis")
      picture.text(tick.label, place, height - 27, anchor: .middle, class: "tick")
    }
    picture.line(64, height - 46, width - right, height - 46, class: "axis")
    picture.text(xName, (64 + width - right) / 2, height - 8, anchor: .middle, class: "name")
    picture.text(yName, 14, (height - 46 + 14) / 2, anchor: .middle, class: "name", turned: true)
  }

  func point(_ xValue: Double, _ yValue: Double) -> (Double, Double) {
    (x.place(xValue), y.place(yValue))
  }

  /// The corners of a curve that stays level until the next x.
  func steps(_ values: [(x: Double, y: Double)]) -> [(Double, Double)] {
    var corners: [(Double, Double)] = []
    for (index, value) in values.enumerated() {
      if index > 0 { corners.append(point(value.x, values[index - 1].y)) }
      corners.append(point(value.x, value.y))
    }
    return corners
  }
}
