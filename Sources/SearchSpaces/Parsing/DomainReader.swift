/// What a setting may be, read from a node whose shape was checked.
enum DomainSpec: Sendable {
  case fixed(ParameterValue)
  case filled
  case searched(Domain)
}

/// Reads constants and domains.
struct DomainReader {
  let backbone: BackboneShape

  /// - Parameters:
  ///   - kind: what the setting's values are.
  ///   - isSize: the setting is a method's size.
  func spec(
    _ node: SpaceNode, kind: ParameterSchema.Kind, isSize: Bool, subject: String
  ) throws(SpaceError) -> DomainSpec {
    if isSize && node.text == "fill" { return .filled }
    if kind == .flag, node.text == "bool" {
      return .searched(.choice([.flag(false), .flag(true)]))
    }
    guard let first = node.entries?.first(where: { Self.names.contains($0.key) }) else {
      return .fixed(try constant(node, kind: kind, subject: subject))
    }
    let domain = try domain(
      first, in: node, kind: kind, subject: subject)
    if domain.validCount == 1, let only = domain.allValues?.first,
      !(isSize && only.asInteger == 0)
    {
      return .fixed(only)
    }
    return .searched(domain)
  }

  private static let names = ["int", "float", "ordinal", "choice", "subset", "ladder"]

  private func domain(
    _ entry: SpaceNode.Entry, in node: SpaceNode, kind: ParameterSchema.Kind, subject: String
  ) throws(SpaceError) -> Domain {
    let items = entry.node.items ?? []
    switch entry.key {
    case "int":
      let (low, high) = try bounds(items, node: node, subject: subject)
      return .integer(Int(low)...Int(high), log: node["log"]?.flag ?? false)
    case "float":
      let (low, high) = try bounds(items, node: node, subject: subject)
      return .number(low...high, log: node["log"]?.flag ?? false)
    case "subset":
      return try subset(entry.node, in: node, kind: kind, subject: subject)
    case "ladder":
      return try ladder(entry.node, in: node, kind: kind, subject: subject)
    default:
      var values: [ParameterValue] = []
      for item in items {
        let value = try constant(item, kind: kind, subject: subject)
        if values.contains(value) {
          throw .repeated(item.place, subject: subject, value: item.inline)
        }
        if entry.key == "ordinal", let last = values.last?.asNumber, let next = value.asNumber,
          next < last
        {
          throw .notAscending(
            item.place, subject: subject, value: item.inline,
            after: values.last?.description ?? "")
        }
        values.append(value)
      }
      return entry.key == "ordinal" ? .ordinal(values) : .choice(values)
    }
  }

  /// Two bounds in order; above 0 with `log`.
  private func bounds(
    _ items: [SpaceNode], node: SpaceNode, subject: String
  ) throws(SpaceError) -> (Double, Double) {
    guard items.count == 2, let low = items[0].number, let high = items[1].number else {
      throw .unexpected(
        node.place, subject: subject, expected: "a list of 2 numbers", got: node.summary)
    }
    guard low <= high else {
      throw .reversedRange(
        node.place, subject: subject, lower: items[0].inline, upper: items[1].inline)
    }
    if node["log"]?.flag == true, low <= 0 {
      throw .logarithm(items[0].place, subject: subject, lower: items[0].inline)
    }
    return (low, high)
  }

  private func subset(
    _ list: SpaceNode, in node: SpaceNode, kind: ParameterSchema.Kind, subject: String
  ) throws(SpaceError) -> Domain {
    guard case .subset(let known, let least) = kind else {
      throw .unexpected(
        node.place, subject: subject, expected: kind.expectation, got: node.summary)
    }
    var chosen: [String] = []
    for item in list.items ?? [] {
      let name = item.text ?? ""
      if chosen.contains(name) { throw .repeated(item.place, subject: subject, value: name) }
      chosen.append(name)
    }
    let names = list.items == nil ? known : known.filter(chosen.contains)
    let counts = try bounds(node, count: names.count, least: least, subject: subject)
    return .subset(names, counts: counts, ordered: false)
  }

  /// `min` and `max` of a subset of `count` things.
  func bounds(
    _ node: SpaceNode, count: Int, least: Int, subject: String
  ) throws(SpaceError) -> ClosedRange<Int> {
    let minimum = node["min"]?.integer ?? least
    let maximum = node["max"]?.integer ?? max(minimum, count)
    guard minimum <= maximum, maximum <= count else {
      throw .subsetBounds(
        node.place, subject: subject, minimum: minimum, maximum: maximum, count: count)
    }
    return minimum...maximum
  }

  /// ⌊top / 2ᵛ⌋ for v = 0, 1, …, ascending: AutoPEFT's ladder, where 1.5 becomes 1 and 0.75 the 0
  /// that stands for "not there".
  private func ladder(
    _ top: SpaceNode, in node: SpaceNode, kind: ParameterSchema.Kind, subject: String
  ) throws(SpaceError) -> Domain {
    let start = top.integer ?? backbone.width
    let halvings = node["halvings"]?.integer ?? 62
    var values: [Int] = []
    for halving in 0...halvings {
      let value = start >> halving
      if value != values.last { values.append(value) }
      if value == 0 { break }
    }
    if case .integer(let range) = kind, let largest = values.first, largest > range.upperBound {
      throw .unexpected(
        top.place, subject: subject, expected: kind.expectation, got: String(largest))
    }
    return .ordinal(values.reversed().map { .integer($0) })
  }

  /// One value of a kind.
  func constant(
    _ node: SpaceNode, kind: ParameterSchema.Kind, subject: String
  ) throws(SpaceError) -> ParameterValue {
    let value: ParameterValue?
    switch kind {
    case .integer:
      value = node.integer.map { .integer($0) } ?? (node.text == "all" ? .text("all") : nil)
    case .number: value = node.number.map { .number($0) }
    case .choice: value = node.text.map { .text($0) }
    case .flag: value = node.flag.map { .flag($0) }
    case .subset(let known, _):
      var names: [String] = []
      for item in node.items ?? [] {
        let name = item.text ?? ""
        if names.contains(name) { throw .repeated(item.place, subject: subject, value: name) }
        names.append(name)
      }
      value = .list(known.filter(names.contains))
    }
    guard let value else {
      throw .unexpected(
        node.place, subject: subject, expected: kind.expectation, got: node.summary)
    }
    return value
  }
}
