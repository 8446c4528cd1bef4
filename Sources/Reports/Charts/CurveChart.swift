/// One or few curves over a numeric axis, each with its name at its end and a dash of its own.
enum CurveChart {
  struct Curve {
    let name: String
    let points: [(x: Double, y: Double)]
    /// Lower and upper ends at the same x, or empty.
    var band: [(lower: Double, upper: Double)] = []
  }

  static func picture(
    _ curves: [Curve], title: String, summary: String, xName: String, yName: String,
    logarithmicX: Bool = false, stepped: Bool = false
  ) -> SVGPicture {
    let bands = curves.flatMap(\.band).flatMap { [$0.lower, $0.upper] }
    var frame = ChartFrame(
      title: title, summary: summary, x: curves.flatMap { $0.points.map(\.x) },
      y: curves.flatMap { $0.points.map(\.y) } + bands, logarithmicX: logarithmicX, xName: xName,
      yName: yName, right: curves.count > 1 ? 150 : 16)
    for (index, curve) in curves.enumerated() {
      if curve.band.count == curve.points.count {
        let upper = zip(curve.points, curve.band).map { frame.point($0.x, $1.upper) }
        let lower = zip(curve.points, curve.band).map { frame.point($0.x, $1.lower) }
        frame.picture.area(upper + lower.reversed(), class: "band a\(index % 6)")
      }
      let corners =
        stepped ? frame.steps(curve.points) : curve.points.map { frame.point($0.x, $0.y) }
      frame.picture.path(corners, class: "curve c\(index % 6)", tip: curve.name)
    }
    if curves.count > 1 { label(&frame, curves) }
    return frame.picture
  }

  /// Names at the right ends, moved apart where they would overlap.
  private static func label(_ frame: inout ChartFrame, _ curves: [Curve]) {
    let ends = curves.enumerated().compactMap { index, curve in
      curve.points.last.map { (index: index, name: curve.name, y: frame.y.place($0.y)) }
    }.sorted { $0.y < $1.y }
    var last = -Double.infinity
    for end in ends {
      let y = max(end.y, last + 17)
      last = y
      frame.picture.path([(578, y), (602, y)], class: "curve c\(end.index % 6)")
      frame.picture.text(DistributionChart.shortened(end.name), 608, y + 4, class: "label")
    }
  }
}
