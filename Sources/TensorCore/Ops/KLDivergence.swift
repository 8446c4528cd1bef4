internal import Foundation

extension Tape {
  /// The mean divergence of the rows' distributions from fixed ones: 1/B Σ_b KL(q_b ‖ p_b).
  ///
  /// p = softmax(logits), q = softmax(targets), KL(q ‖ p) = Σ_c q_c (log q_c − log p_c);
  /// logits and targets: [B, C] → scalar. The targets are held constant.
  public func klDivergence(_ logits: Tensor, from targets: Tensor) -> Tensor {
    precondition(
      logits.shape == targets.shape && logits.rows > 0,
      "klDivergence: logits \(logits.shape) and targets \(targets.shape) must have one shape")
    let mean = makeTensor(Shape(), requiresGradient: logits.requiresGradient)
    let slopes = mean.requiresGradient ? makeSaved(logits.count) : nil
    let (rows, classes) = (logits.rows, logits.columns)
    var total = 0.0
    for row in 0..<rows {
      let start = row * classes
      let normalisers = (
        Self.logSumOfExponentials(logits.pointer + start, classes),
        Self.logSumOfExponentials(targets.pointer + start, classes)
      )
      for element in start..<start + classes {
        let logP = Double(logits.values[element]) - normalisers.0
        let logQ = Double(targets.values[element]) - normalisers.1
        total += exp(logQ) * (logQ - logP)
        slopes?[element] = Float((exp(logP) - exp(logQ)) / Double(rows))
      }
    }
    mean.values[0] = Float(total / Double(rows))
    if let slopes {
      record(KLDivergenceOperation(output: mean, logits: logits, slopes: slopes))
    }
    return mean
  }

  private static func logSumOfExponentials(
    _ row: UnsafePointer<Float>, _ count: Int
  ) -> Double {
    let values = UnsafeBufferPointer(start: row, count: count)
    let top = Double(values.max() ?? 0)
    return top + log(values.reduce(0) { $0 + exp(Double($1) - top) })
  }
}

private struct KLDivergenceOperation: Operation {
  let output: Tensor
  let logits: Tensor
  /// (p − q) / B: [B, C].
  let slopes: UnsafeMutablePointer<Float>

  /// dlogits = dy (p − q) / B.
  func backward(_ gradient: OutputGradient, tape: Tape) {
    guard let target = tape.target(for: logits) else { return }
    target.clearIfNew(logits.count)
    let factor = gradient.pointer.pointee
    for element in 0..<logits.count { target.pointer[element] += factor * slopes[element] }
  }
}
