/// Score against parameters, with the trials that no other beats in both.
enum FrontChart {
  struct Point {
    let number: Int
    let parameters: Int
    let score: Double
    let isReference: Bool
    let isOnFront: Bool
    let label: String
  }

  static func picture(_ points: [Point], title: String, scoreName: String) -> SVGPicture {
    let front = points.filter(\.isOnFront).sorted { $0.parameters < $1.parameters }
    // Zero parameters (the head alone) stand at the left edge of a logarithmic axis.
    let sizes = points.map { Double(max(1, $0.parameters)) }
    let positive = points.map(\.parameters).filter { $0 > 0 }.min() ?? 1
    let floor = Double(positive) / 2
    var frame = ChartFrame(
      title: title, summary: summary(front), height: 340, x: sizes.map { max($0, floor) },
      y: points.map(\.score), logarithmicX: true, xName: "deployed parameters (logarithmic)",
      yName: scoreName)
    for point in points {
      let place = frame.point(max(Double(point.parameters), floor), point.score)
      let tip =
        "trial \(point.number): \(Markup.number(point.score, 4)), "
        + "\(Markup.whole(point.parameters)) parameters; \(point.label)"
      if point.isReference {
        frame.picture.diamond(place.0, place.1, 6, class: "reference", tip: tip)
      } else {
        frame.picture.circle(
          place.0, place.1, point.isOnFront ? 5 : 3.5, class: point.isOnFront ? "dot" : "faint",
          tip: tip)
      }
    }
    let curve = front.map { (x: max(Double($0.parameters), floor), y: $0.score) }
    frame.picture.path(frame.steps(curve), class: "main")
    for point in front {
      let place = frame.point(max(Double(point.parameters), floor), point.score)
      frame.picture.text("\(point.number)", place.0, place.1 - 9, anchor: .middle, class: "tick")
    }
    return frame.picture
  }

  private static func summary(_ front: [Point]) -> String {
    let parts = front.map { point in
      "trial \(point.number) scores \(Markup.number(point.score, 4)) with \(point.parameters)"
    }
    return "Score against deployed parameters. The front, from small to large: "
      + parts.joined(separator: "; ") + ". Diamonds are references."
  }
}
