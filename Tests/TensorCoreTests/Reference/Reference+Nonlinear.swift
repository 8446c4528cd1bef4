import Foundation

extension Reference {
  static func gelu(_ x: Double) -> Double { 0.5 * x * erfc(-x / 2.0.squareRoot()) }

  static func geluTanh(_ x: Double) -> Double {
    0.5 * x * (1 + Foundation.tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
  }

  static func relu(_ x: Double) -> Double { max(x, 0) }

  static func sigmoid(_ x: Double) -> Double { 1 / (1 + Foundation.exp(-x)) }

  static func silu(_ x: Double) -> Double { x * sigmoid(x) }

  /// Softmax of every row.
  static func softmaxRows(_ x: [Double], columns: Int) -> [Double] {
    (0..<x.count / columns).flatMap { row -> [Double] in
      let values = Array(x[row * columns..<(row + 1) * columns])
      let largest = values.max() ?? 0
      let exponentials = values.map { Foundation.exp($0 - largest) }
      let total = exponentials.reduce(0, +)
      return exponentials.map { $0 / total }
    }
  }

  /// Mean of −log softmax at the labels.
  static func crossEntropy(_ logits: [Double], labels: [Int32], classes: Int) -> Double {
    let probabilities = softmaxRows(logits, columns: classes)
    let total = labels.enumerated().reduce(0.0) {
      $0 - Foundation.log(probabilities[$1.offset * classes + Int($1.element)])
    }
    return total / Double(labels.count)
  }

  static func meanSquaredError(_ predictions: [Double], _ targets: [Float]) -> Double {
    zip(predictions, targets).reduce(0) { $0 + ($1.0 - Double($1.1)) * ($1.0 - Double($1.1)) }
      / Double(targets.count)
  }
}
