internal import CVectorKernels

extension Tape {
  /// Mean cross entropy of class labels: −1/B Σ_i log softmax(logits)_{i, labels_i}.
  ///
  /// logits: [B, C], labels: B numbers in 0 ..< C → scalar.
  public func crossEntropy(_ logits: Tensor, labels: [Int32]) -> Tensor {
    let (rows, classes) = (logits.rows, logits.columns)
    precondition(
      labels.count == rows && rows > 0,
      "crossEntropy: logits \(logits.shape) need one label a row, got \(labels.count)")
    precondition(
      labels.allSatisfy { $0 >= 0 && $0 < classes },
      "crossEntropy: labels must be in 0 ..< \(classes), got \(labels)")
    let loss = makeTensor(Shape(), requiresGradient: logits.requiresGradient)
    func run(_ probabilities: UnsafeMutablePointer<Float>) {
      let total = vk_cross_entropy_rows(logits.pointer, labels, probabilities, rows, classes)
      loss.values[0] = Float(total / Double(rows))
    }
    if loss.requiresGradient {
      let probabilities = makeSaved(rows * classes)
      run(probabilities)
      record(
        CrossEntropyOperation(
          output: loss, logits: logits, labels: labels, probabilities: probabilities))
    } else {
      withScratch(rows * classes, run)
    }
    return loss
  }
}

private struct CrossEntropyOperation: Operation {
  let output: Tensor
  let logits: Tensor
  let labels: [Int32]
  /// softmax(logits): [B, C].
  let probabilities: UnsafeMutablePointer<Float>

  /// dlogits = (softmax − one-hot) / B.
  func backward(_ gradient: OutputGradient, tape: Tape) {
    guard let target = tape.target(for: logits) else { return }
    let factor = gradient.pointer.pointee / Float(labels.count)
    target.clearIfNew(logits.count)
    vk_axpy(factor, probabilities, target.pointer, logits.count)
    for (row, label) in labels.enumerated() {
      target.pointer[row * logits.columns + Int(label)] -= factor
    }
  }
}
