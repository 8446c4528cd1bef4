/// A picture as SVG, drawn by appending shapes; colours are classes of the page's style.
///
/// The viewer's light or dark scheme decides what the classes mean, inline in a page and in a file
/// of its own alike.
struct SVGPicture: Sendable {
  let width: Double
  let height: Double
  /// What the picture is, for screen readers.
  let title: String
  /// What can be read off it, for screen readers.
  let summary: String
  private var body = ""

  init(width: Double = 720, height: Double, title: String, summary: String) {
    self.width = width
    self.height = height
    self.title = title
    self.summary = summary
  }

  /// The anchor of a text.
  enum Anchor: String {
    case start
    case middle
    case end
  }

  mutating func text(
    _ words: String, _ x: Double, _ y: Double, anchor: Anchor = .start, class kind: String = "t",
    turned: Bool = false
  ) {
    let turn = turned ? " transform=\"rotate(-90 \(Self.short(x)) \(Self.short(y)))\"" : ""
    body +=
      "<text class=\"\(kind)\" x=\"\(Self.short(x))\" y=\"\(Self.short(y))\" "
      + "text-anchor=\"\(anchor.rawValue)\"\(turn)>\(Markup.escaped(words))</text>\n"
  }

  mutating func line(
    _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, class kind: String
  ) {
    body +=
      "<line class=\"\(kind)\" x1=\"\(Self.short(x1))\" y1=\"\(Self.short(y1))\" "
      + "x2=\"\(Self.short(x2))\" y2=\"\(Self.short(y2))\"/>\n"
  }

  /// A rectangle; `tip` is shown where the pointer rests.
  mutating func rectangle(
    _ x: Double, _ y: Double, _ width: Double, _ height: Double, class kind: String,
    tip: String? = nil, opacity: Double? = nil
  ) {
    let style = opacity.map { " fill-opacity=\"\(Self.short($0))\"" } ?? ""
    body +=
      "<rect class=\"\(kind)\" x=\"\(Self.short(x))\" y=\"\(Self.short(y))\" "
      + "width=\"\(Self.short(max(0, width)))\" height=\"\(Self.short(max(0, height)))\"\(style)"
      + Self.tipped(tip, "rect")
  }

  mutating func circle(
    _ x: Double, _ y: Double, _ radius: Double, class kind: String, tip: String? = nil
  ) {
    body +=
      "<circle class=\"\(kind)\" cx=\"\(Self.short(x))\" cy=\"\(Self.short(y))\" "
      + "r=\"\(Self.short(radius))\"" + Self.tipped(tip, "circle")
  }

  /// A diamond, the shape of references and of the other kind beside circles.
  mutating func diamond(
    _ x: Double, _ y: Double, _ radius: Double, class kind: String, tip: String? = nil
  ) {
    let points = [(x, y - radius), (x + radius, y), (x, y + radius), (x - radius, y)]
    body +=
      "<polygon class=\"\(kind)\" points=\"\(Self.text(points))\"" + Self.tipped(tip, "polygon")
  }

  mutating func path(_ points: [(Double, Double)], class kind: String, tip: String? = nil) {
    guard points.count > 1 else { return }
    body +=
      "<polyline class=\"\(kind)\" points=\"\(Self.text(points))\""
      + Self.tipped(tip, "polyline")
  }

  mutating func area(_ points: [(Double, Double)], class kind: String) {
    guard points.count > 2 else { return }
    body += "<polygon class=\"\(kind)\" points=\"\(Self.text(points))\"/>\n"
  }

  /// The picture inside a page, whose style sheet it uses.
  var inline: String { document(style: nil) }

  /// The picture as a file of its own.
  var file: String {
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + document(style: PageStyle.pictures) + "\n"
  }

  private func document(style: String?) -> String {
    let name = Markup.identifier(title)
    let sheet = style.map { "<style>\($0)</style>\n" } ?? ""
    return
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(Self.short(width)) "
      + "\(Self.short(height))\" role=\"img\" aria-labelledby=\"\(name)-t \(name)-d\">\n"
      + "<title id=\"\(name)-t\">\(Markup.escaped(title))</title>\n"
      + "<desc id=\"\(name)-d\">\(Markup.escaped(summary))</desc>\n\(sheet)\(body)</svg>"
  }

  private static func tipped(_ tip: String?, _ element: String) -> String {
    tip.map { "><title>\(Markup.escaped($0))</title></\(element)>\n" } ?? "/>\n"
  }

  private static func text(_ points: [(Double, Double)]) -> String {
    points.map { "\(short($0.0)),\(short($0.1))" }.joined(separator: " ")
  }

  /// Two digits behind the point: finer than any screen, and the same on every machine.
  static func short(_ value: Double) -> String {
    let rounded = (value * 100).rounded() / 100
    return rounded == rounded.rounded() ? String(Int(rounded)) : String(rounded)
  }
}
