/// Configurations as lines across one axis a decision; the best ones strong, the others faint.
enum ParallelCoordinates {
  struct Axis {
    let name: String
    /// Labels at places 0 (bottom) to 1 (top).
    let marks: [(place: Double, label: String)]
  }

  struct Line {
    /// A place in [0, 1] on each axis; nil where the decision does not exist.
    let places: [Double?]
    let isBest: Bool
    let label: String
  }

  static func picture(_ lines: [Line], axes: [Axis], title: String) -> SVGPicture {
    let (top, bottom, left, right) = (50.0, 300.0, 60.0, 660.0)
    let best = lines.filter(\.isBest)
    var picture = SVGPicture(
      height: 330, title: title,
      summary: "\(lines.count) configurations as lines over \(axes.count) axes: "
        + axes.map(\.name).joined(separator: ", ")
        + ". The strong lines are the best \(best.count).")
    func x(_ index: Int) -> Double {
      axes.count > 1 ? left + (right - left) * Double(index) / Double(axes.count - 1) : left
    }
    func y(_ place: Double) -> Double { bottom - place * (bottom - top) }
    for line in lines.sorted(by: { !$0.isBest && $1.isBest }) {
      var run: [(Double, Double)] = []
      for (index, place) in line.places.enumerated() {
        guard let place else {
          picture.path(run, class: line.isBest ? "strong" : "thread")
          run = []
          continue
        }
        run.append((x(index), y(place)))
      }
      picture.path(run, class: line.isBest ? "strong" : "thread", tip: line.label)
    }
    for (index, axis) in axes.enumerated() {
      picture.line(x(index), top, x(index), bottom, class: "axis")
      // Names on two heights, so that neighbours do not run into each other.
      let anchor: SVGPicture.Anchor =
        index == 0 ? .start : index == axes.count - 1 ? .end : .middle
      let shift = index == 0 ? -50.0 : index == axes.count - 1 ? 56.0 : 0
      picture.text(
        axis.name, x(index) + shift, index % 2 == 0 ? 18 : 36, anchor: anchor, class: "label")
      for mark in axis.marks {
        picture.text(mark.label, x(index) + 5, y(mark.place) + 4, class: "mark")
      }
    }
    return picture
  }
}
