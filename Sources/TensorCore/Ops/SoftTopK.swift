internal import Foundation

extension Tape {
  /// Shares in [0, 1] of the largest scores of each sequence, which add up to k (soft top-k).
  ///
  /// λ = argmax λ·s + ε H(λ) where Σ λ = k and 0 ≤ λ ≤ 1, so λ_i = min(1, e^{(s_i + a)/ε}) with the a
  /// that meets the sum. a is found exactly: with the j largest at 1, the rest adds up to k − j for
  /// a = ε (log(k − j) − log Σ_{i > j} e^{s_i/ε}), and j is the smallest for which none of it is above 1.
  /// Shares of a sequence with at most k rows are 1.
  ///
  /// - Parameters:
  ///   - scores: s, one for each row.
  ///   - counts: k of each of B sequences, at least 1.
  ///   - offsets: B + 1 row numbers; sequence b is rows offsets[b] ..< offsets[b + 1].
  ///   - smoothness: ε > 0; towards 0 the k largest have 1 and the others 0.
  ///
  /// Reference: arXiv 2304.04947, section 3.2 (whose iterations this solves).
  public func softTopK(
    _ scores: Tensor, counts: [Int], offsets: [Int32], smoothness: Double
  ) -> Tensor {
    precondition(
      offsets.first == 0 && offsets.last.map(Int.init) == scores.count
        && counts.count == offsets.count - 1 && counts.allSatisfy { $0 >= 1 } && smoothness > 0,
      "softTopK: \(counts.count) counts and offsets \(offsets) for \(scores.count) scores")
    let shares = makeTensor(scores.shape, requiresGradient: scores.requiresGradient)
    for (sequence, count) in counts.enumerated() {
      let range = Int(offsets[sequence])..<Int(offsets[sequence + 1])
      let own = range.map { Double(scores.values[$0]) / smoothness }
      let shift = Self.shift(own, count: count)
      for (row, score) in zip(range, own) {
        shares.values[row] = shift.map { Float(min(1, exp(score + $0))) } ?? 1
      }
    }
    if shares.requiresGradient {
      record(
        SoftTopKOperation(
          output: shares, input: scores, offsets: offsets, smoothness: Float(smoothness)))
    }
    return shares
  }

  /// a/ε for scores s/ε; nil where all shares are 1.
  private static func shift(_ scores: [Double], count: Int) -> Double? {
    guard count < scores.count else { return nil }
    let sorted = scores.sorted(by: >)
    // log Σ over the scores from j on, summed from the smallest.
    var tails = sorted
    for place in tails.indices.dropLast().reversed() {
      let (larger, rest) = (sorted[place], tails[place + 1])
      let most = max(larger, rest)
      tails[place] =
        most
        + log(
          exp(larger - most) + exp(rest - most))
    }
    for ones in 0..<count {
      let shift = log(Double(count - ones)) - tails[ones]
      if sorted[ones] + shift <= 0 || ones == count - 1 { return shift }
    }
    return nil
  }
}

private struct SoftTopKOperation: Operation {
  let output: Tensor
  let input: Tensor
  let offsets: [Int32]
  let smoothness: Float

  /// Within the rows whose share is below 1: ds_i = λ_i/ε (dλ_i − Σ λ_j dλ_j / Σ λ_j); 0 for the others.
  func backward(_ gradient: OutputGradient, tape: Tape) {
    guard let target = tape.target(for: input) else { return }
    target.clearIfNew(input.count)
    for sequence in 0..<(offsets.count - 1) {
      let rows = (Int(offsets[sequence])..<Int(offsets[sequence + 1])).filter {
        output.values[$0] < 1
      }
      let (sum, weighted) = rows.reduce((Float(0), Float(0))) {
        ($0.0 + output.values[$1], $0.1 + output.values[$1] * gradient.pointer[$1])
      }
      guard sum > 0 else { continue }
      for row in rows {
        target.pointer[row] +=
          output.values[row] / smoothness * (gradient.pointer[row] - weighted / sum)
      }
    }
  }
}
