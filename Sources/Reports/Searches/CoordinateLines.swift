internal import RunStore
internal import SearchSpaces
internal import SearchStrategies
internal import Studies

/// The trials of a search as lines of a parallel-coordinates picture.
struct CoordinateLines {
  let axes: [ParallelCoordinates.Axis]
  let lines: [ParallelCoordinates.Line]

  /// More axes than these cannot be read.
  static let mostDecisions = 6

  /// nil where fewer than two trials or decisions can be shown.
  init?(_ analysis: SearchAnalysis) {
    let records = analysis.scored.filter { $0.trial.point != nil }
    let known = analysis.importance.decisions.map(\.name)
    let names = Array(
      (known.isEmpty ? analysis.source.space.decisions.map(\.path) : known).prefix(
        Self.mostDecisions))
    guard records.count > 1, names.count > 1 else { return nil }
    let columns = names.map { name in Self.column(name, records, analysis.source.space) }
    let scores = records.compactMap(\.trial.score)
    let score = ChartAxis(scores, start: 0, end: 1)
    let best = Set(records.ranked().prefix(max(1, records.count / 10)).map(\.number))
    axes =
      columns.map(\.axis) + [
        ParallelCoordinates.Axis(
          name: "score", marks: score.ticks(4).map { (score.place($0.value), $0.label) })
      ]
    lines = records.enumerated().map { index, record in
      ParallelCoordinates.Line(
        places: columns.map { $0.places[index] } + [record.trial.score.map(score.place)],
        isBest: best.contains(record.number),
        label: "trial \(record.number): \(Markup.number(record.trial.score ?? 0, 4))")
    }
  }

  /// The places of all trials on one decision: numbers on a line, anything else in equal steps.
  private static func column(
    _ name: String, _ records: [TrialRecord], _ space: SearchSpace
  ) -> (axis: ParallelCoordinates.Axis, places: [Double?]) {
    let dimension = space.dimensions.firstIndex { $0.hyperparameter == name }
    let values = records.map { $0.trial.point?[name] }
    if let dimension, case .ordered(levels: nil) = space.dimensions[dimension].kind {
      let places = records.map { record -> Double? in
        guard let point = record.trial.point, point[name] != nil else { return nil }
        return space.encode(point).values[dimension]
      }
      let ends = zip(places, values).compactMap { place, value in
        place.flatMap { place in value.map { (place: place, label: $0.description) } }
      }
      let marks = [ends.min { $0.place < $1.place }, ends.max { $0.place < $1.place }]
      return (ParallelCoordinates.Axis(name: name, marks: marks.compactMap { $0 }), places)
    }
    let present = Set(values.compactMap { $0 })
    let levels =
      (space.alternatives(of: name) ?? []).filter(present.contains)
    func place(_ level: Int) -> Double {
      levels.count > 1 ? Double(level) / Double(levels.count - 1) : 0.5
    }
    let marks =
      levels.count > 16
      ? [] : levels.enumerated().map { (place: place($0.offset), label: label($0.element)) }
    return (
      ParallelCoordinates.Axis(name: name, marks: marks),
      values.map { value in value.flatMap { levels.firstIndex(of: $0) }.map(place) }
    )
  }

  private static func label(_ value: ParameterValue) -> String {
    guard case .list(let names) = value else { return value.description }
    return names.isEmpty ? "none" : names.map { String($0.prefix(2)) }.joined(separator: "+")
  }
}
