public import LinearAlgebra
public import NeuralNets
public import SearchSpaces
import TensorCore

/// A product of permuted block rotations of a map's input, and a scale of its output.
///
/// W' = s ⊙ (W Rᵀ),   R = M_m … M_1,   M_i = P_i diag(R_{i,1} … R_{i,in/b}) P_iᵀ,   s: [out]
///
/// with each block R = (I − Q)(I + Q)⁻¹, Q the skew part of a trained [b, b] matrix. The butterfly
/// permutations P_i let blocks of one factor mix what blocks of the factor before kept apart, so
/// that m = log₂(in/b) + 1 factors reach every pair of inputs. The matrices start at zero and s at
/// one: an attached map equals the frozen one. The bias is not scaled.
/// - Trained = deployed = published: m · in · b + out for each target.
/// - Merge: as above, exact up to rounding.
///
/// Reference: arXiv 2311.06243, section 4; huggingface/peft src/peft/tuners/boft/layer.py.
public struct BOFT: PEFTMethod {
  public static let schema = MethodSchema(
    name: "boft",
    summary: "Butterfly products of block rotations of a map's input (BOFT).",
    scope: .layer,
    parameters: [
      LinearTarget.parameter("query and value, as for LoRA."),
      ParameterSchema(
        "block-size", .integer(2...1024), default: .integer(4),
        "b, the width of a rotated block: the largest divisor of the input's width that is not above "
          + "it. 4 is PEFT's default."),
      ParameterSchema(
        "factors", .integer(1...12), default: .integer(1),
        "m, how many block rotations are multiplied, or as many as halves of the blocks allow: b "
          + "must be even and in a multiple of b · 2^(m−1). 1 is PEFT's default, and all that PEFT "
          + "computes without CUDA."),
      .learningRate,
    ],
    sizeParameter: "block-size",
    references: ["Liu et al. 2024, arXiv 2311.06243", "huggingface/peft: BOFTConfig"],
    countFormula: "m·in·b + out for each target",
    isMergeable: true,
    parameterCounts: counting { (method: BOFT, shape) in
      return method.targets.counts {
        let layout = method.layout(input: $0.input(shape))
        return layout.factors * layout.width * layout.size + $0.output(shape)
      }
    })

  public let targets: [LinearTarget]
  public let blockSize: Int
  public let factors: Int
  public let learningRate: Double?
  public let deployed: MethodInstance

  public init(_ instance: MethodInstance) throws(MethodError) {
    let values = try MethodValues(instance, schema: Self.schema)
    targets = values.subset("targets")
    blockSize = values.integer("block-size")
    factors = values.integer("factors")
    learningRate = values.learningRate
    deployed = values.complete
  }

  public var startsAsIdentity: Bool { true }

  /// The factors and blocks for an input of some width.
  private func layout(input: Int) -> ButterflyLayout {
    let size = input.blockSize(upTo: blockSize)
    var possible = 1
    while possible < factors, size % 2 == 0, input % (size << possible) == 0 { possible += 1 }
    return ButterflyLayout(width: input, size: size, factors: possible)
  }

  public func attach(
    to host: any AdapterHost, layers: [Int], key: RandomKey
  ) throws(MethodError) -> Attachment {
    var attachment = Attachment()
    try attachment.adaptMaps(
      targets, layers: layers, method: Self.schema.name, host: host, learningRate: learningRate,
      key: key
    ) { linear, tensors in
      let layout = layout(input: linear.inputWidth)
      let (count, size) = (linear.inputWidth / layout.size, layout.size)
      let update = ButterflyUpdate(
        blocks: tensors.trained("boft_R", Shape(layout.factors, count, size, size), .zeros),
        outputScale: tensors.trained(
          "boft_s", Shape(linear.outputWidth),
          values: [Float](repeating: 1, count: linear.outputWidth)),
        layout: layout)
      return DeltaAdapter(update, linear: linear, label: tensors.name("boft"))
    }
    return attachment
  }
}

/// How many factors there are and which columns each permutation P_i brings together.
struct ButterflyLayout {
  let width: Int
  /// b.
  let size: Int
  /// m.
  let factors: Int

  /// The column of P_i with a one, for each row.
  ///
  /// Within every run of b · 2^i columns, halves of blocks with an even number come before those
  /// with an odd one; the identity where there is one factor.
  func order(_ factor: Int) -> [Int32] {
    let run = size << factor
    let half = size / 2
    guard factors > 1 else { return (0..<width).map { Int32($0) } }
    let halves = run / half
    let sorted =
      Array(stride(from: 0, to: halves, by: 2)) + Array(stride(from: 1, to: halves, by: 2))
    return stride(from: 0, to: width, by: run).flatMap { start in
      sorted.flatMap { part in (0..<half).map { Int32(start + part * half + $0) } }
    }
  }

  /// The inverse of a permutation.
  static func inverse(_ order: [Int32]) -> [Int32] {
    var inverse = [Int32](repeating: 0, count: order.count)
    for (index, target) in order.enumerated() { inverse[Int(target)] = Int32(index) }
    return inverse
  }
}

/// Δ = s ⊙ (W Rᵀ) − W.
private struct ButterflyUpdate: WeightUpdate {
  let blocks: Parameter
  let outputScale: Parameter
  let layout: ButterflyLayout

  var parameters: [Parameter] { [blocks, outputScale] }

  func delta(of weight: Tensor, tape: Tape) -> Tensor {
    let (width, size) = (layout.width, layout.size)
    let all = tape.reshape(tape.parameter(blocks), Shape(layout.factors * width, size))
    let rotations = tape.cayleyRotation(tape.skewParts(all))
    var rotated = weight
    for factor in 0..<layout.factors {
      let rows = (0..<width).map { Int32(factor * width + $0) }
      let order = layout.order(factor)
      rotated = tape.permuteColumns(rotated, order: ButterflyLayout.inverse(order))
      rotated = tape.multiplyColumnBlocks(
        rotated, byTransposed: tape.gatherRows(rotations, rows: rows))
      rotated = tape.permuteColumns(rotated, order: order)
    }
    return tape.subtract(
      tape.scaleRows(rotated, by: tape.parameter(outputScale)), weight)
  }

  func canonicalForm(of linear: Linear) -> CanonicalForm {
    .butterfly(
      CanonicalForm.ButterflyRotation(
        factors: layout.factors, blockSize: layout.size, blocks: blocks.array,
        outputScale: outputScale.array))
  }
}
