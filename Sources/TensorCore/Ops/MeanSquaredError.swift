extension Tape {
  /// Mean squared error: 1/B Σ_i (predictions_i − targets_i)².
  ///
  /// predictions: B elements, such as [B, 1] → scalar.
  public func meanSquaredError(_ predictions: Tensor, targets: [Float]) -> Tensor {
    precondition(
      targets.count == predictions.count && !targets.isEmpty,
      "meanSquaredError: predictions \(predictions.shape) need one target each, got \(targets.count)"
    )
    let loss = makeTensor(Shape(), requiresGradient: predictions.requiresGradient)
    var total = 0.0
    for (prediction, target) in zip(predictions.values, targets) {
      let difference = Double(prediction) - Double(target)
      total += difference * difference
    }
    loss.values[0] = Float(total / Double(targets.count))
    if loss.requiresGradient {
      record(SquaredErrorOperation(output: loss, predictions: predictions, targets: targets))
    }
    return loss
  }
}

private struct SquaredErrorOperation: Operation {
  let output: Tensor
  let predictions: Tensor
  let targets: [Float]

  /// dpredictions = 2 (predictions − targets) / B.
  func backward(_ gradient: OutputGradient, tape: Tape) {
    guard let target = tape.target(for: predictions) else { return }
    let factor = 2 * gradient.pointer.pointee / Float(targets.count)
    target.clearIfNew(predictions.count)
    for index in targets.indices {
      target.pointer[index] += factor * (predictions.values[index] - targets[index])
    }
  }
}
