import CVectorKernels
import Foundation
import TensorCore
import Testing

/// The C kernels on lengths around vector widths and on extreme values.
@Suite struct KernelTests {
  static let counts = [0, 1, 3, 7, 8, 15, 16, 17, 31, 33, 63, 64, 65, 100]

  /// Ends of the float range, subnormal numbers, and a fine grid of usual values.
  static let inputs: [Float] =
    [
      0, -0.0, .leastNonzeroMagnitude, -.leastNonzeroMagnitude, 0x1p-130, -0x1p-130, 1e-7, -1e-7,
      4e-4, -4e-4, 80, -80, 87.3, -87.3, 88.7,
      -88.7, 89, -89, -100, -103, -104, 1e4, -1e4, 1e19, -1e19, 3e38, -3e38, .infinity, -.infinity,
    ] + (-2000...2000).map { Float($0) * 0.005 }

  typealias Map = @Sendable (UnsafePointer<Float>, UnsafeMutablePointer<Float>, Int) -> Void

  private func results(_ inputs: [Float], _ map: Map) -> [Float] {
    var output = [Float](repeating: .nan, count: inputs.count)
    map(inputs, &output, inputs.count)
    return output
  }

  @Test func exponentialIsWithinTwoUnitsInTheLastPlace() {
    for (x, y) in zip(Self.inputs, results(Self.inputs) { vk_exp($0, $1, $2) }) {
      let exact = Foundation.exp(Double(x))
      if exact > Double(Float.greatestFiniteMagnitude) {
        #expect(y == .infinity, "e^\(x)")
      } else {
        let tolerance = max(2.4e-7 * exact, Double(Float.leastNonzeroMagnitude))
        #expect(abs(Double(y) - exact) <= tolerance, "e^\(x) = \(y), expected \(exact)")
      }
    }
  }

  struct Function: Sendable, CustomStringConvertible {
    let description: String
    let map: Map
    let reference: @Sendable (Double) -> Double
    /// What the error may grow with beside the value: x, where the function is x times another.
    var scale: @Sendable (Double) -> Double = { _ in 1 }
    var tolerance = 1.3e-7
  }

  static let functions = [
    Function(
      description: "tanh", map: { vk_tanh($0, $1, $2) }, reference: { Foundation.tanh($0) }),
    Function(
      description: "sigmoid", map: { vk_sigmoid($0, $1, $2) }, reference: Reference.sigmoid),
    Function(description: "relu", map: { vk_relu($0, $1, $2) }, reference: Reference.relu),
    Function(
      description: "gelu", map: { vk_gelu($0, $1, $2) },
      reference: { $0.isInfinite ? ($0 > 0 ? $0 : .nan) : Reference.gelu($0) },
      scale: { min(abs($0), 6) }, tolerance: 1.8e-7),
    Function(
      description: "gelu-tanh", map: { vk_gelu_tanh($0, $1, $2) },
      reference: {
        abs($0) > 1e18 ? ($0 == -.infinity ? .nan : max($0, 0)) : Reference.geluTanh($0)
      }),
    Function(
      description: "silu", map: { vk_silu($0, $1, $2) },
      reference: { $0 == -.infinity ? .nan : Reference.silu($0) }),
  ]

  /// Absolute below 1, relative above or to the function's scale; not a number only where ∞ · 0 makes it so.
  @Test(arguments: functions)
  func functionIsClose(_ function: Function) {
    for (x, y) in zip(Self.inputs, results(Self.inputs, function.map)) {
      let exact = function.reference(Double(x))
      if exact.isNaN || exact.isInfinite {
        #expect(Double(y) == exact || (exact.isNaN && y.isNaN), "f(\(x)) = \(y)")
      } else {
        let tolerance = function.tolerance * max(1, abs(exact), function.scale(Double(x)))
        #expect(abs(Double(y) - exact) <= tolerance, "f(\(x)) = \(y), expected \(exact)")
      }
    }
  }

  @Test(arguments: functions)
  func notANumberStaysNotANumber(_ function: Function) {
    #expect(results([.nan, 1, .nan], function.map).map(\.isNaN) == [true, false, true])
  }

  /// A tail must be computed as the vector body is, and nothing beyond it written.
  @Test(arguments: functions)
  func everyLengthGivesTheSameValues(_ function: Function) {
    let inputs = (0..<128).map { Float($0) * 0.07 - 4 }
    let whole = results(inputs, function.map)
    for count in Self.counts {
      var output = [Float](repeating: 7, count: count + 8)
      function.map(inputs, &output, count)
      let error = zip(output[..<count], whole).reduce(0) { max($0, abs($1.0 - $1.1)) }
      #expect(error <= 3e-7)
      #expect(output[count...].allSatisfy { $0 == 7 })
    }
  }

  @Test(arguments: counts)
  func reductionsEqualReference(count: Int) {
    let x = Leaf.normal("x", Shape(count)).values
    let y = Leaf.normal("y", Shape(count)).values
    #expect(abs(Double(vk_sum(x, count)) - x.reduce(0) { $0 + Double($1) }) < 1e-5)
    let dot = zip(x, y).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    #expect(abs(Double(vk_dot(x, y, count)) - dot) < 1e-5)
    #expect(vk_max(x, count) == x.max() ?? -.infinity)
    let squares = x.reduce(0) { $0 + Double($1) * Double($1) }
    #expect(abs(vk_sum_of_squares(x, count) - squares) <= 1e-13 * max(1, squares))
  }

  @Test func largestOfNegativeNumbersIsFoundAnywhere() {
    for position in 0..<100 {
      var x = [Float](repeating: -5, count: 100)
      x[position] = -1
      #expect(vk_max(x, 100) == -1)
    }
  }

  @Test func sumOfSquaresDoesNotOverflow() {
    #expect(vk_sum_of_squares([1e30, 1e30], 2) > 1.9e60)
  }
}
