import LinearAlgebra
import SearchSpaces

/// Negative controls: what a comparison shows where there is nothing to show.
///
/// - `A/A`: the training of one arm again, under fresh noise. Its distance from that arm is noise.
/// - `shuffled layers`: the same contents on the same number of layers, in a random order of
///   layers. If an arm with contiguous groups does not beat it, grouping is not the cause.
enum DesignControls {
  /// The controls of one training of a stage.
  ///
  /// - Parameter noise: the number of the fresh noise.
  static func proposals(
    of cell: DesignStage.Cell, noise: Int, key: RandomKey, space: SearchSpace
  ) -> [Proposal] {
    let block = cell.design.block
    let contrast = DesignContrast.control
    let again = Proposal(
      candidate: cell.candidate, origin: .initial,
      design: DesignCell(
        arms: [DesignArm(contrast, DesignContrast.repeated)], block: block, noise: noise))
    let layers = cell.candidate.configuration.layers
    var random = CounterRandom(key.derived("layers").derived(block))
    var mixed = cell.candidate.configuration
    mixed.groups = random.shuffled(layers).map { LayerGroup(layers: 1, methods: $0) }
    mixed = mixed.canonical
    guard mixed.identity != cell.candidate.configuration.identity else { return [again] }
    let control = Candidate(
      point: cell.candidate.point, configuration: mixed, costs: space.costs(of: mixed),
      budgetUse: cell.candidate.budgetUse)
    return [
      again,
      Proposal(
        controlFrom: control,
        design: DesignCell(
          arms: [DesignArm(contrast, DesignContrast.shuffled)], block: block,
          noise: cell.design.noise)),
    ]
  }
}
