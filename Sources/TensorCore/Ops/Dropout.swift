internal import CVectorKernels
public import LinearAlgebra

extension Tape {
  /// Inverted dropout: every element is 0 with probability `rate`, else divided by 1 − rate.
  ///
  /// Element i is kept where word i of the key's Philox stream (32-bit words, four a block) is not
  /// below rate · 2³², so the mask is a pure function of (key, i) and is never stored.
  public func dropout(_ x: Tensor, rate: Float, key: RandomKey) -> Tensor {
    let mask = DropoutMask(rate: rate, key: key, rows: sourceRows)
    guard mask.rate > 0 else { return x }
    let y = makeTensor(x.shape, requiresGradient: x.requiresGradient)
    mask.apply(to: x, from: x.pointer, into: y.pointer)
    if y.requiresGradient { record(DropoutOperation(output: y, input: x, mask: mask)) }
    return y
  }
}

/// The mask of a dropout: a rate and the stream that decides.
struct DropoutMask {
  let rate: Float
  let key: RandomKey
  /// The row of the whole tensor that each row stands for; nil where they are the same.
  let rows: [Int32]?

  init(rate: Float, key: RandomKey, rows: [Int32]? = nil) {
    precondition(rate >= 0 && rate < 1, "dropout: rate must be in [0, 1), got \(rate)")
    self.rate = rate
    self.key = key
    self.rows = rows
  }

  /// Words below this drop their element.
  var threshold: UInt32 { UInt32(Double(rate) * 0x1p32) }

  /// y (+)= mask · x / (1 − rate), with the words from `firstWord` on.
  func apply(
    to x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, count: Int,
    firstWord: Int = 0, accumulating flag: Int32 = 0
  ) {
    vk_dropout(
      x, y, count, key.bits, UInt64(firstWord), threshold, Float(1 / (1 - Double(rate))), flag)
  }

  /// The same for a whole tensor, each row with the words of the row that it stands for.
  func apply(
    to tensor: Tensor, from x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>,
    accumulating flag: Int32 = 0
  ) {
    guard let rows, rows.count == tensor.rows else {
      return apply(to: x, into: y, count: tensor.count, accumulating: flag)
    }
    let width = tensor.columns
    for (row, source) in rows.enumerated() {
      apply(
        to: x + row * width, into: y + row * width, count: width,
        firstWord: Int(source) * width, accumulating: flag)
    }
  }
}

private struct DropoutOperation: Operation {
  let output: Tensor
  let input: Tensor
  let mask: DropoutMask

  /// The same mask and factor on the gradient.
  func backward(_ gradient: OutputGradient, tape: Tape) {
    guard let target = tape.target(for: input, reusing: gradient) else { return }
    mask.apply(
      to: input, from: gradient.pointer, into: target.pointer, accumulating: target.flag)
  }
}
