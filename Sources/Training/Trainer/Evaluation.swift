internal import Foundation
internal import LinearAlgebra
internal import NeuralNets
internal import TensorCore

/// What a model says of examples, computed without recording for gradients and without dropout.
struct Evaluation {
  /// Rows of logits (or single values), in the order of the examples.
  let logits: [[Float]]

  init(logits: [[Float]]) {
    self.logits = logits
  }

  /// Runs a model over all examples.
  ///
  /// - Parameters:
  ///   - frozen: the examples' states below the lowest tuned layer, where they are known.
  ///   - shouldStop: asked before every batch; a stop gives nil.
  init?(
    _ model: FineTunedModel, on examples: TokenizedExamples, frozen: FrozenStates? = nil,
    tape: Tape, shouldStop: () -> Bool = { false }
  ) {
    var rows: [[Float]] = []
    rows.reserveCapacity(examples.count)
    for range in examples.evaluationBatches() {
      if shouldStop() { return nil }
      tape.reset()
      let batch = examples.batch(range)
      let states = frozen?.tensor(range, of: examples, batch: batch, tape: tape)
      let output =
        states.map { model.logits(batch, from: $0, tape: tape) } ?? model.logits(batch, tape: tape)
      for row in 0..<output.rows {
        rows.append(Array(output.values[row * output.columns..<(row + 1) * output.columns]))
      }
    }
    tape.reset()
    logits = rows
  }

  var isFinite: Bool { logits.allSatisfy { $0.allSatisfy(\.isFinite) } }

  /// The class with the largest logit (the lowest of equal ones) or the value of each example.
  func predictions(_ targets: [Example.Target]) -> Predictions {
    var classes: [Int] = []
    var values: [Double] = []
    for target in targets {
      switch target {
      case .category(let number): classes.append(number)
      case .value(let value): values.append(Double(value))
      }
    }
    guard classes.count == targets.count else {
      return .values(predicted: logits.map { Double($0[0]) }, expected: values)
    }
    return .classes(
      predicted: logits.map { Self.largest($0) }, expected: classes,
      classCount: logits.first?.count ?? 0)
  }

  /// The mean loss in double precision: cross entropy, or the squared error of a regression.
  func meanLoss(_ targets: [Example.Target]) -> Double {
    var sum = 0.0
    for (row, target) in zip(logits, targets) {
      switch target {
      case .category(let number):
        let top = Double(row.max() ?? 0)
        let mass = row.reduce(0) { $0 + exp(Double($1) - top) }
        sum += top + log(mass) - Double(row[number])
      case .value(let value):
        let difference = Double(row[0]) - Double(value)
        sum += difference * difference
      }
    }
    return targets.isEmpty ? 0 : sum / Double(targets.count)
  }

  static func largest(_ row: [Float]) -> Int {
    row.indices.reduce(0) { row[$1] > row[$0] ? $1 : $0 }
  }
}
