/// Scores in the order of trials, and the best so far.
enum HistoryChart {
  /// One trial with a score.
  struct Point {
    let number: Int
    let score: Double
    let isReference: Bool
    let label: String
  }

  static func picture(_ points: [Point], failed: [Int], title: String, scoreName: String)
    -> SVGPicture
  {
    var best = -Double.infinity
    let leading = points.map { point -> (x: Double, y: Double) in
      best = max(best, point.score)
      return (Double(point.number), best)
    }
    var frame = ChartFrame(
      title: title, summary: summary(points, failed: failed),
      x: points.map { Double($0.number) } + failed.map(Double.init), y: points.map(\.score),
      xName: "trial", yName: scoreName)
    for point in points {
      let (x, y) = frame.point(Double(point.number), point.score)
      let tip = "trial \(point.number): \(Markup.number(point.score, 4)); \(point.label)"
      if point.isReference {
        frame.picture.diamond(x, y, 5.5, class: "reference", tip: tip)
      } else {
        frame.picture.circle(x, y, 4, class: "faint", tip: tip)
      }
    }
    for number in failed {
      frame.picture.text(
        "×", frame.x.place(Double(number)), frame.y.start - 3, anchor: .middle, class: "failed")
    }
    frame.picture.path(frame.steps(leading), class: "main")
    return frame.picture
  }

  private static func summary(_ points: [Point], failed: [Int]) -> String {
    guard let best = points.max(by: { ($0.score, -$0.number) < ($1.score, -$1.number) }) else {
      return "No trial has a score."
    }
    return "\(points.count) trials with a score, \(failed.count) failed. The best is trial "
      + "\(best.number) with \(Markup.number(best.score, 4)). Diamonds are references, crosses at "
      + "the bottom failed trials, the line is the best score so far."
  }
}
