import Foundation

extension Reference {
  /// Inputs of attention in Double.
  struct Attention {
    var q: [Double]
    var k: [Double]
    var v: [Double]
    var prefixKeys: [Double] = []
    var prefixValues: [Double] = []
    let offsets: [Int32]
    let heads: Int
    let width: Int
    /// The factor on the probability of (sequence, head, query, key); nil without dropout.
    var mask: ((Int, Int, Int, Int) -> Double)?

    private var headWidth: Int { width / heads }
    private var prefixLength: Int { prefixKeys.count / width }

    /// softmax(Q Kᵀ / √K) V, one query after the other.
    func output() -> [Double] {
      var output = [Double](repeating: 0, count: q.count)
      for sequence in 0..<offsets.count - 1 {
        let rows = Int(offsets[sequence])..<Int(offsets[sequence + 1])
        for head in 0..<heads {
          for query in rows {
            attend(query, rows, sequence: sequence, head: head, into: &output)
          }
        }
      }
      return output
    }

    private func attend(
      _ query: Int, _ rows: Range<Int>, sequence: Int, head: Int, into output: inout [Double]
    ) {
      let columns = head * headWidth..<(head + 1) * headWidth
      let keys = rowsOf(prefixKeys, 0..<prefixLength) + rowsOf(k, rows)
      let values = rowsOf(prefixValues, 0..<prefixLength) + rowsOf(v, rows)
      let scores = keys.map { key in
        columns.reduce(0) { $0 + q[query * width + $1] * key[$1] }
          / Double(headWidth).squareRoot()
      }
      let probabilities = softmaxRows(scores, columns: scores.count)
      for (index, value) in values.enumerated() {
        let factor = mask?(sequence, head, query - rows.lowerBound, index) ?? 1
        for column in columns {
          output[query * width + column] += factor * probabilities[index] * value[column]
        }
      }
    }

    private func rowsOf(_ matrix: [Double], _ rows: Range<Int>) -> [[Double]] {
      rows.map { Array(matrix[$0 * width..<($0 + 1) * width]) }
    }
  }
}
