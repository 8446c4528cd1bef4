import LinearAlgebra
import NeuralNets
import TensorCore

/// A few entries of the weights of several maps, each with a trained value that is added to it.
///
/// Values [K] and positions [3, K], the map's number, row and column of each, in ascending order: one
/// pair of tensors for all maps, so that maps may hold different numbers of the K entries.
final class SparseEntries {
  let maps: [Linear]
  let values: Parameter
  let positions: Positions
  private var known: (revision: Int, layout: SparseLayout)

  /// Entries with values of 0 at places that are drawn at random.
  ///
  /// - Parameters:
  ///   - counts: how many entries of each map are drawn.
  ///   - path: the start of the tensors' names.
  init(_ maps: [Linear], counts: [Int], path: String, key: RandomKey) {
    self.maps = maps
    let places = zip(maps, counts).enumerated().map { index, map in
      Self.drawn(map.1, of: map.0.weight.count, key: key.derived(index))
    }
    let layout = SparseLayout(places, maps: maps)
    values = Parameter.trained(
      "\(path).values", shape: Shape(layout.count), .zeros, key: key)
    positions = Positions(
      "\(path).positions", shape: Shape(3, layout.count), numbers: layout.numbers)
    known = (positions.parameter.revision, layout)
  }

  /// Where the entries are now.
  var layout: SparseLayout {
    if known.revision != positions.parameter.revision {
      known = (
        positions.parameter.revision,
        SparseLayout(numbers: positions.numbers, mapCount: maps.count)
      )
    }
    return known.layout
  }

  /// Moves the entries to other places, as many as before, with values of 0.
  func choose(_ places: [[Int]]) {
    positions.assign(SparseLayout(places, maps: maps).numbers)
    values.assign([Float](repeating: 0, count: values.count))
  }

  /// The entries of one map as export formats see them.
  func delta(of map: Int) -> CanonicalForm.SparseDelta {
    layout.delta(of: map, values: values.array)
  }

  /// `count` different numbers below `total`, ascending.
  private static func drawn(_ count: Int, of total: Int, key: RandomKey) -> [Int] {
    var random = CounterRandom(key)
    let isMost = 2 * count > total
    var set: Set<Int> = []
    while set.count < (isMost ? total - count : count) { set.insert(random.integer(below: total)) }
    return isMost ? (0..<total).filter { !set.contains($0) } : set.sorted()
  }
}

/// Entries of several maps, one behind the other.
struct SparseLayout {
  let entries: MatrixEntries
  /// The entries of each map.
  let ranges: [Range<Int>]

  var count: Int { entries.count }

  /// - Parameter places: flat row-major indices for each map, ascending.
  init(_ places: [[Int]], maps: [Linear]) {
    var entries = MatrixEntries()
    var ranges: [Range<Int>] = []
    for (own, map) in zip(places, maps) {
      ranges.append(entries.count..<entries.count + own.count)
      entries.rows += own.map { Int32($0 / map.inputWidth) }
      entries.columns += own.map { Int32($0 % map.inputWidth) }
    }
    self.entries = entries
    self.ranges = ranges
  }

  /// - Parameter numbers: [3, K] as files hold them.
  init(numbers: [Int32], mapCount: Int) {
    let count = numbers.count / 3
    entries = MatrixEntries(
      rows: Array(numbers[count..<2 * count]), columns: Array(numbers[2 * count..<3 * count]))
    var ranges: [Range<Int>] = []
    var start = 0
    for map in 0..<mapCount {
      let end = numbers[start..<count].firstIndex { $0 != Int32(map) } ?? count
      ranges.append(start..<end)
      start = end
    }
    self.ranges = ranges
  }

  /// [3, K]: maps, rows, columns.
  var numbers: [Int32] {
    ranges.enumerated().flatMap { [Int32](repeating: Int32($0), count: $1.count) }
      + entries.rows + entries.columns
  }

  func delta(of map: Int, values: [Float]) -> CanonicalForm.SparseDelta {
    let range = ranges[map]
    return CanonicalForm.SparseDelta(
      rows: Array(entries.rows[range]), columns: Array(entries.columns[range]),
      values: Array(values[range]))
  }
}

/// The update of one map by its share of the entries of several.
final class SparseAdapter: FoldableAdapter {
  private let entries: SparseEntries
  private let map: Int

  init(_ entries: SparseEntries, map: Int) {
    self.entries = entries
    self.map = map
  }

  var parameters: [Parameter] { [entries.values] }

  var isAffine: Bool { true }

  var canonicalForm: CanonicalForm { .sparse(entries.delta(of: map)) }

  func adapted(_ y: Tensor, input x: Tensor, tape: Tape) -> Tensor {
    let layout = entries.layout
    return tape.sparseUpdate(
      y, input: x, values: tape.parameter(entries.values), entries: layout.entries,
      range: layout.ranges[map])
  }

  func fold(into map: inout FoldedMap) { map.add(entries.delta(of: self.map)) }
}

extension FoldedMap {
  /// W ← W + Δ with Δ zero but for some entries.
  mutating func add(_ delta: CanonicalForm.SparseDelta) {
    for (index, value) in delta.values.enumerated() {
      weight[Int(delta.rows[index]) * inputWidth + Int(delta.columns[index])] += value
    }
  }
}

extension Attachment {
  /// Puts the entries' share on each map and records the tensors, which all maps hold together.
  mutating func adaptMaps(
    with entries: SparseEntries, at sites: [InsertionSite], method: String,
    host: any AdapterHost, learningRate: Double?
  ) {
    for (index, site) in sites.enumerated() {
      let adapter = SparseAdapter(entries, map: index)
      host.attach(adapter, at: site)
      adapters.append(PlacedAdapter(method: method, site: site, adapter: adapter))
    }
    record([entries.values], kind: .added, method: method, learningRate: learningRate)
    record(
      [entries.positions.parameter], kind: .positions, method: method,
      learningRate: learningRate)
  }
}
