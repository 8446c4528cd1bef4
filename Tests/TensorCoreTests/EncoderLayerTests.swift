import LinearAlgebra
import TensorCore
import Testing

/// A whole post-LN encoder layer, and two stacked, against the composed references.
@Suite struct EncoderLayerTests {
  private static let (width, inner, heads) = (6, 10, 2)
  private static let offsets: [Int32] = [0, 1, 5, 7]

  /// Weights of one layer in checkpoint order.
  private static func leaves(_ layer: Int) -> [Leaf] {
    func leaf(_ name: String, _ shape: Shape) -> Leaf {
      .normal("\(layer).\(name)", shape, deviation: 0.5)
    }
    return ["query", "key", "value", "attention-output"].flatMap {
      [leaf("\($0).weight", Shape(width, width)), leaf("\($0).bias", Shape(width))]
    } + [
      leaf("attention-norm.scale", Shape(width)), leaf("attention-norm.shift", Shape(width)),
      leaf("in.weight", Shape(inner, width)), leaf("in.bias", Shape(inner)),
      leaf("out.weight", Shape(width, inner)), leaf("out.bias", Shape(width)),
      leaf("norm.scale", Shape(width)), leaf("norm.shift", Shape(width)),
    ]
  }

  private static func layer(_ tape: Tape, _ x: Tensor, _ w: ArraySlice<Tensor>) -> Tensor {
    let w = Array(w)
    let q = tape.linear(x, weight: w[0], bias: w[1])
    let k = tape.linear(x, weight: w[2], bias: w[3])
    let v = tape.linear(x, weight: w[4], bias: w[5])
    let context = tape.attention(q, k, v, offsets: offsets, heads: heads)
    let projected = tape.linear(context, weight: w[6], bias: w[7])
    let attended = tape.layerNorm(sum: projected, x, scale: w[8], shift: w[9], epsilon: 1e-5)
    let hidden = tape.gelu(tape.linear(attended, weight: w[10], bias: w[11]))
    let output = tape.linear(hidden, weight: w[12], bias: w[13])
    return tape.layerNorm(sum: output, attended, scale: w[14], shift: w[15], epsilon: 1e-5)
  }

  private static func layer(_ x: [Double], _ w: ArraySlice<[Double]>) -> [Double] {
    let w = Array(w)
    func linear(_ x: [Double], _ index: Int, _ from: Int, _ to: Int) -> [Double] {
      Reference.linear(x, w[index], w[index + 1], inner: from, width: to)
    }
    let context = Reference.Attention(
      q: linear(x, 0, width, width), k: linear(x, 2, width, width), v: linear(x, 4, width, width),
      offsets: offsets, heads: heads, width: width
    ).output()
    let attended = Reference.layerNorm(
      Reference.add(linear(context, 6, width, width), x), w[8], w[9], epsilon: 1e-5)
    let hidden = linear(attended, 10, width, inner).map(Reference.gelu)
    return Reference.layerNorm(
      Reference.add(linear(hidden, 12, inner, width), attended), w[14], w[15], epsilon: 1e-5)
  }

  @Test func oneLayerEqualsReference() {
    GradientCheck(
      leaves: [.normal("x", Shape(7, Self.width))] + Self.leaves(0),
      operation: { Self.layer($0, $1[0], $1[1...]) },
      reference: { Self.layer($0[0], $0[1...]) }
    ).run()
  }

  @Test func twoLayersEqualReference() {
    GradientCheck(
      leaves: [.normal("x", Shape(7, Self.width))] + Self.leaves(0) + Self.leaves(1),
      operation: { Self.layer($0, Self.layer($0, $1[0], $1[1..<17]), $1[17...]) },
      reference: { Self.layer(Self.layer($0[0], $0[1..<17]), $0[17...]) },
      valueTolerance: 3e-5, gradientTolerance: 3e-4
    ).run()
  }
}
