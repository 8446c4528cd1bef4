import NeuralNets
import TensorCore

/// Trains whole maps for a while and then keeps the rows that moved most.
///
/// W⁰ becomes Wᵖ while priming; row j of a map scores ‖Wᵖ_j − W⁰_j‖₁. The k best rows of each map
/// (of equal ones the lower) go on from their primed values, all others go back to W⁰.
///
/// Priming takes five times the memory of the maps: copy, gradient, two moments of AdamW, and the
/// values from before where these are not in a mapped file.
///
/// Reference: arXiv 2205.01541.
final class RowSelection: PreparatoryHook {
  private let blocks: [RowBlock]
  private let method: String
  private let learningRate: Double?
  /// The share of the training's steps that priming takes; 0 keeps the rows that were drawn.
  private let priming: Double
  private(set) var isPrepared: Bool
  private var primed: [Primed] = []

  /// A tensor of the backbone while it is primed.
  fileprivate struct Primed {
    let name: String
    let parameter: Parameter
    let start: Parameter.ValuesSetAside
    /// Whether no method trains it anyway.
    let isOurs: Bool
  }

  init(_ blocks: [RowBlock], priming: Double, method: String, learningRate: Double?) {
    self.blocks = blocks
    self.method = method
    self.learningRate = learningRate
    self.priming = priming
    isPrepared = priming == 0
  }

  func batchCount(total: Int) -> Int { max(1, Int((priming * Double(total)).rounded(.up))) }

  func beginPreparation() {
    primed = blocks.flatMap { block in
      [("weight", block.linear.weight), ("bias", block.linearBias)].map { name, parameter in
        let start = parameter.setAside()
        let isOurs = !parameter.isTrainable
        if isOurs { parameter.makeTrainable() }
        return Primed(
          name: "\(block.weight.path).primed-\(name)", parameter: parameter, start: start,
          isOurs: isOurs)
      }
    }
  }

  var primedTensors: [AttachedTensor]? {
    primed.filter(\.isOurs).map {
      AttachedTensor(
        name: $0.name, parameter: $0.parameter, kind: .rewritten, method: method,
        learningRate: learningRate)
    }
  }

  func afterBackward() {}

  func endPreparation() {
    for (index, block) in blocks.enumerated() {
      let (weight, bias) = (primed[2 * index], primed[2 * index + 1])
      let rows = rowsThatMoved(block, from: weight.start.values)
      block.rows.assign(rows)
      block.weight.assign(weight.movement(ofRows: rows))
      block.bias.assign(bias.movement(ofRows: rows))
    }
    giveBack()
    isPrepared = true
  }

  func cancelPreparation() { giveBack() }

  private func giveBack() {
    for tensor in primed {
      tensor.parameter.putBack(tensor.start)
      if tensor.isOurs { tensor.parameter.freeze() }
    }
    primed = []
  }

  /// The k rows of a map with the largest ‖Wᵖ_j − W⁰_j‖₁, ascending.
  private func rowsThatMoved(
    _ block: RowBlock, from start: UnsafeBufferPointer<Float>
  ) -> [Int32] {
    let (values, width) = (block.linear.weight.values, block.linear.inputWidth)
    let scores = (0..<block.linear.outputWidth).map { row in
      (row * width..<(row + 1) * width).reduce(0.0) {
        $0 + Double(abs(values[$1] - start[$1]))
      }
    }
    let order = scores.indices.sorted { (scores[$1], $0) < (scores[$0], $1) }
    return order.prefix(block.rows.numbers.count).sorted().map { Int32($0) }
  }

  var state: [(name: String, values: [Float])] {
    blocks.map { ($0.rows.parameter.path, $0.rows.parameter.array) }
      + [("\(blocks.first?.rows.parameter.path ?? "").is-selected", [isPrepared ? 1 : 0])]
  }

  func restore(_ values: [[Float]]) {
    for (block, rows) in zip(blocks, values) { block.rows.parameter.assign(rows) }
    isPrepared = values.last == [1]
  }
}

extension RowSelection.Primed {
  /// The change of some rows of a matrix, or of some elements of a vector.
  fileprivate func movement(ofRows rows: [Int32]) -> [Float] {
    let width = parameter.shape.rank > 1 ? parameter.shape[1] : 1
    return rows.flatMap { row in
      (Int(row) * width..<(Int(row) + 1) * width).map {
        parameter.values[$0] - start.values[$0]
      }
    }
  }
}
