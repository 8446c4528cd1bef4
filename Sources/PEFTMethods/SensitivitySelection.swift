import LinearAlgebra
import NeuralNets
import TensorCore

/// The trained numbers of several maps, and the stage that decides what they are.
///
/// All numbers lie in one vector of fixed length. Until the stage is over they are single entries at
/// places drawn at random.
final class SensitivitySelection: PreparatoryHook {
  let maps: [Linear]
  /// [K].
  let values: Parameter
  /// [3, K]: the map, row and column of each single entry; zeros for the factors before them.
  let positions: Positions
  /// [maps]: 1 for a map with factors.
  let denseMaps: Positions
  private let settings: Settings
  private let key: RandomKey
  private let gradients: GradientSums
  private(set) var isPrepared = false
  private var known: (revision: Int, layout: SensitivityLayout)?

  struct Settings {
    /// What a dense map gets.
    let module: SensitivityModule
    /// r of a dense map.
    let rank: Int
    /// α.
    let factor: Double
    let batches: Int
  }

  init(_ entries: SparseEntries, settings: Settings, path: String, key: RandomKey) {
    maps = entries.maps
    values = entries.values
    positions = entries.positions
    denseMaps = Positions(
      "\(path).dense", shape: Shape(maps.count),
      numbers: [Int32](repeating: 0, count: maps.count))
    self.settings = settings
    self.key = key
    gradients = GradientSums(maps, squares: true)
  }

  var layout: SensitivityLayout {
    let revision = positions.parameter.revision + denseMaps.parameter.revision
    if let known, known.revision == revision { return known.layout }
    let (numbers, count) = (positions.numbers, values.count)
    let layout = SensitivityLayout(
      isDense: denseMaps.numbers.map { $0 != 0 }, module: settings.module, rank: settings.rank,
      maps: maps
    ) { start in
      SparseLayout(
        numbers: (0..<3).flatMap { numbers[$0 * count + start..<($0 + 1) * count] },
        mapCount: maps.count)
    }
    known = (revision, layout)
    return layout
  }

  /// The adapter of one map.
  func adapter(map: Int) -> any LinearAdapter {
    switch settings.module {
    case .lowRankPair: SensitivityAdapter(self, map: map, rank: settings.rank)
    case .bottleneck: SensitivityBottleneck(self, map: map, rank: settings.rank)
    }
  }

  /// The update of a map's single entries; y where it has none.
  func entriesAdded(to y: Tensor, input x: Tensor, map: Int, tape: Tape) -> Tensor {
    let range = layout.sparse.ranges[map]
    if range.isEmpty { return y }
    return tape.sparseUpdate(
      y, input: x, values: part(layout.denseCount..<values.count, tape: tape),
      entries: layout.sparse.entries, range: range)
  }

  /// Some of the values as a row [1, N].
  func part(_ range: Range<Int>, tape: Tape) -> Tensor {
    tape.sliceColumns(tape.reshape(tape.parameter(values), Shape(1, values.count)), range)
  }

  func batchCount(total: Int) -> Int { max(1, min(settings.batches, total)) }

  func beginPreparation() { gradients.begin() }

  /// Nothing takes a step.
  var primedTensors: [AttachedTensor]? { nil }

  func afterBackward() { gradients.add() }

  func cancelPreparation() { gradients.end() }

  func endPreparation() {
    let allocation = SensitivityAllocation(
      budget: values.count, sensitivities: gradients.sums,
      densities: maps.map { settings.module.count(rank: settings.rank, map: $0) },
      factor: settings.factor)
    denseMaps.assign(allocation.isDense.map { $0 ? 1 : 0 })
    let sparse = SparseLayout(allocation.entries, maps: maps)
    let start = values.count - sparse.count
    let unused = [Int32](repeating: 0, count: start)
    positions.assign(
      (0..<3).flatMap { unused + sparse.numbers[$0 * sparse.count..<($0 + 1) * sparse.count] })
    values.assign(startingValues())
    gradients.end()
    isPrepared = true
  }

  /// A as LoRA draws it, everything else 0.
  private func startingValues() -> [Float] {
    var start = [Float](repeating: 0, count: values.count)
    for (map, factors) in layout.factors.enumerated() {
      guard let factors else { continue }
      let drawn = Initialisation.kaiming(fanIn: maps[map].inputWidth)
        .values(factors.a.count, key: key.derived(map))
      start.replaceSubrange(factors.a, with: drawn)
    }
    return start
  }

  var state: [(name: String, values: [Float])] {
    let tensors = [positions.parameter, denseMaps.parameter]
    return tensors.map { ($0.path, $0.array) }
      + [("\(positions.parameter.path).is-selected", [isPrepared ? 1 : 0])]
  }

  func restore(_ values: [[Float]]) {
    positions.parameter.assign(values[0])
    denseMaps.parameter.assign(values[1])
    isPrepared = values[2] == [1]
  }
}
