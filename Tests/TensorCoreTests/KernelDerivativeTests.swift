import CVectorKernels
import Foundation
import TensorCore
import Testing

/// The backward kernels at extreme inputs, in place and added to.
@Suite struct KernelDerivativeTests {
  struct Derivative: Sendable, CustomStringConvertible {
    typealias Kernel =
      @Sendable (
        UnsafePointer<Float>, UnsafePointer<Float>, UnsafeMutablePointer<Float>, Int, Int32
      ) -> Void
    let description: String
    let kernel: Kernel
    /// f'(x) in Double.
    let reference: @Sendable (Double) -> Double
    /// What the kernel reads: the input, or the output at it.
    let saved: @Sendable (Double) -> Double
  }

  static let derivatives = [
    Derivative(
      description: "gelu", kernel: { vk_gelu_backward($0, $1, $2, $3, $4) },
      reference: {
        0.5 * erfc(-$0 / 2.0.squareRoot()) + $0 * exp(-$0 * $0 / 2) / (2 * Double.pi).squareRoot()
      }, saved: { $0 }),
    Derivative(
      description: "gelu-tanh", kernel: { vk_gelu_tanh_backward($0, $1, $2, $3, $4) },
      reference: { x in
        let factor = (2 / Double.pi).squareRoot()
        let t = Foundation.tanh(factor * (x + 0.044715 * x * x * x))
        let slope = factor * (1 + 3 * 0.044715 * x * x)
        return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * slope
      }, saved: { $0 }),
    Derivative(
      description: "relu", kernel: { vk_relu_backward($0, $1, $2, $3, $4) },
      reference: { $0 > 0 ? 1 : 0 }, saved: { max($0, 0) }),
    Derivative(
      description: "tanh", kernel: { vk_tanh_backward($0, $1, $2, $3, $4) },
      reference: { 1 - Foundation.tanh($0) * Foundation.tanh($0) },
      saved: { Foundation.tanh($0) }),
    Derivative(
      description: "sigmoid", kernel: { vk_sigmoid_backward($0, $1, $2, $3, $4) },
      reference: { Reference.sigmoid($0) * (1 - Reference.sigmoid($0)) },
      saved: { Reference.sigmoid($0) }),
    Derivative(
      description: "silu", kernel: { vk_silu_backward($0, $1, $2, $3, $4) },
      reference: { x in
        let s = Reference.sigmoid(x)
        return s * (1 + x * (1 - s))
      }, saved: { $0 }),
  ]

  private static let inputs: [Float] =
    [0, 0x1p-130, -0x1p-130, 80, -80, 1e4, -1e4] + (-400...400).map { Float($0) * 0.02 + 0.001 }

  @Test(arguments: derivatives)
  func isCloseAtAllMagnitudes(_ derivative: Derivative) {
    let count = Self.inputs.count
    let saved = Self.inputs.map { Float(derivative.saved(Double($0))) }
    let upstream = (0..<count).map { Float($0 % 5) - 2 }
    var made = [Float](repeating: .nan, count: count)
    derivative.kernel(saved, upstream, &made, count, 0)
    for index in 0..<count {
      let exact = Double(upstream[index]) * derivative.reference(Double(Self.inputs[index]))
      #expect(
        abs(Double(made[index]) - exact) <= 1.5e-6,
        "f'(\(Self.inputs[index])) · \(upstream[index]) = \(made[index]), expected \(exact)")
    }
  }

  @Test(arguments: derivatives)
  func inPlaceAndAddedAgreeWithPlain(_ derivative: Derivative) {
    for count in KernelTests.counts {
      let saved = Leaf.normal("saved", Shape(count), deviation: 0.4).values
      let upstream = Leaf.normal("upstream", Shape(count)).values
      var plain = [Float](repeating: .nan, count: count)
      derivative.kernel(saved, upstream, &plain, count, 0)
      var inPlace = upstream
      inPlace.withUnsafeMutableBufferPointer { buffer in
        guard let base = buffer.baseAddress else { return }
        derivative.kernel(saved, base, base, count, 0)
      }
      #expect(inPlace == plain)
      var added = [Float](repeating: 3, count: count)
      derivative.kernel(saved, upstream, &added, count, 1)
      #expect(zip(added, plain).allSatisfy { abs($0.0 - 3 - $0.1) < 1e-6 })
    }
  }
}
