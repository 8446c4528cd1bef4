internal import CVectorKernels
public import LinearAlgebra

extension Tape {
  /// Inverted dropout: every element is 0 with probability `rate`, else divided by 1 − rate.
  ///
  /// Element i is kept where word i of the key's Philox stream (32-bit words, four a block) is not
  /// below rate · 2³², so the mask is a pure function of (key, i) and is never stored.
  public func dropout(_ x: Tensor, rate: Float, key: RandomKey) -> Tensor {
    let mask = DropoutMask(rate: rate, key: key)
    guard mask.rate > 0 else { return x }
    let y = makeTensor(x.shape, requiresGradient: x.requiresGradient)
    mask.apply(to: x.pointer, into: y.pointer, count: x.count)
    if y.requiresGradient { record(DropoutOperation(output: y, input: x, mask: mask)) }
    return y
  }
}

/// The mask of a dropout: a rate and the stream that decides.
struct DropoutMask {
  let rate: Float
  let key: RandomKey

  init(rate: Float, key: RandomKey) {
    precondition(rate >= 0 && rate < 1, "dropout: rate must be in [0, 1), got \(rate)")
    self.rate = rate
    self.key = key
  }

  /// Words below this drop their element.
  var threshold: UInt32 { UInt32(Double(rate) * 0x1p32) }

  /// y (+)= mask · x / (1 − rate), with the words from `firstBlock` on.
  func apply(
    to x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, count: Int,
    firstBlock: Int = 0, accumulating flag: Int32 = 0
  ) {
    vk_dropout(
      x, y, count, key.bits, UInt64(firstBlock), threshold, Float(1 / (1 - Double(rate))), flag)
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
      to: gradient.pointer, into: target.pointer, count: gradient.count,
      accumulating: target.flag)
  }
}
