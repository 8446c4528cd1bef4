internal import Foundation

/// Parameters of each layer, stacked by method.
enum LayerProfileChart {
  /// - Parameters:
  ///   - layers: for each layer from the input side, the parameters of each method it holds.
  ///   - methods: the order of the stack.
  static func picture(
    _ layers: [[String: Int]], methods: [String], title: String
  ) -> SVGPicture {
    let (left, top, height) = (64.0, 40.0, 300.0)
    let bottom = height - 46
    var picture = SVGPicture(
      height: height, title: title, summary: summary(layers, methods))
    let totals = layers.map { $0.values.reduce(0, +) }
    let y = ChartAxis(
      lower: 0, upper: Double(max(1, totals.max() ?? 1)) * 1.06, start: bottom, end: top)
    for tick in y.ticks(4) {
      picture.line(left, y.place(tick.value), 704, y.place(tick.value), class: "grid")
      picture.text(tick.label, left - 7, y.place(tick.value) + 4, anchor: .end, class: "tick")
    }
    let step = (704 - left) / Double(max(1, layers.count))
    for (index, layer) in layers.enumerated() {
      let x = left + Double(index) * step
      var base = 0
      for (kind, method) in methods.enumerated() {
        guard let count = layer[method], count > 0 else { continue }
        let (low, high) = (y.place(Double(base)), y.place(Double(base + count)))
        picture.rectangle(
          x + step * 0.12, high, step * 0.76, low - high - 1, class: "s\(kind % 6)",
          tip: "layer \(index), \(method): \(Markup.whole(count)) parameters")
        if low - high > 15, step > 24 {
          picture.text(
            letter(method, methods), x + step / 2, (low + high) / 2 + 4, anchor: .middle,
            class: "inbar")
        }
        base += count
      }
      picture.text("\(index)", x + step / 2, bottom + 17, anchor: .middle, class: "tick")
    }
    picture.line(left, bottom, 704, bottom, class: "axis")
    picture.text("layer, from the input side", 384, height - 8, anchor: .middle, class: "name")
    var x = left
    for (kind, method) in methods.enumerated() {
      picture.rectangle(x, 10, 14, 14, class: "s\(kind % 6)")
      let label = "\(letter(method, methods)) = \(method)"
      picture.text(label, x + 20, 21, class: "label")
      x += 44 + 7.4 * Double(label.count)
    }
    return picture
  }

  /// The shortest beginning of a method's name that no other one of the legend has.
  private static func letter(_ method: String, _ methods: [String]) -> String {
    for length in 1...max(1, method.count) {
      let start = method.prefix(length)
      if methods.filter({ $0.hasPrefix(start) }).count == 1 { return start.capitalized }
    }
    return method
  }

  private static func summary(_ layers: [[String: Int]], _ methods: [String]) -> String {
    let parts = layers.enumerated().map { index, layer in
      let held = methods.compactMap { name in layer[name].map { "\(name) \($0)" } }
      return "layer \(index): " + (held.isEmpty ? "frozen" : held.joined(separator: ", "))
    }
    return "Deployed parameters by layer. " + parts.joined(separator: "; ") + "."
  }
}
