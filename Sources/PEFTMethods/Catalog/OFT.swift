public import LinearAlgebra
public import NeuralNets
public import SearchSpaces
import TensorCore

/// An orthogonal rotation of blocks of a map's input.
///
/// y = (x R) Wᵀ + c,  so W' = W Rᵀ,   R = diag(R_1 … R_{in/b}) [in, in], each block [b, b]
///
/// with each R_i from a skew matrix Q of b(b−1)/2 trained numbers: R = (I − Q)(I + Q)⁻¹ exactly, or
/// the truncated series I + 2Q + 2Q² + 2Q³ + Q⁴, nearly orthogonal for small Q and PEFT's default.
/// The two take opposite signs of Q. Q starts at zero: an attached map equals the frozen one.
/// - Trained = deployed = published: in · (b − 1) / 2 for each target.
/// - Merge: W Rᵀ, exact up to rounding.
///
/// Reference: arXiv 2306.07280, section 3; huggingface/peft src/peft/tuners/oft/layer.py.
public struct OFT: PEFTMethod {
  /// How a rotation comes from a skew matrix.
  public enum Map: String, CaseIterable, Sendable {
    /// I + 2Q + 2Q² + 2Q³ + Q⁴.
    case neumann
    /// (I − Q)(I + Q)⁻¹.
    case cayley
  }

  public static let schema = MethodSchema(
    name: "oft",
    summary: "An orthogonal rotation of blocks of a map's input (OFT).",
    scope: .layer,
    parameters: [
      LinearTarget.parameter("query and value, as for LoRA."),
      ParameterSchema(
        "block-size", .integer(2...1024), default: .integer(32),
        "b, the width of a rotated block: the largest divisor of the input's width that is not above "
          + "it. 32 is PEFT's default."),
      ParameterSchema(
        "map", .choice(Map.allCases.map(\.rawValue)), default: .text(Map.neumann.rawValue),
        "How Q makes a rotation: 'neumann', five terms of a series as PEFT does by default, or "
          + "'cayley', exactly orthogonal."),
      .learningRate,
    ],
    sizeParameter: "block-size",
    references: ["Qiu et al. 2023, arXiv 2306.07280", "huggingface/peft: OFTConfig"],
    countFormula: "in·(b − 1)/2 for each target",
    isMergeable: true,
    parameterCounts: counting { (method: OFT, shape) in
      return method.targets.counts {
        let input = $0.input(shape)
        return input * (method.size(for: input) - 1) / 2
      }
    })

  public let targets: [LinearTarget]
  public let blockSize: Int
  public let map: Map
  public let learningRate: Double?
  public let deployed: MethodInstance

  public init(_ instance: MethodInstance) throws(MethodError) {
    let values = try MethodValues(instance, schema: Self.schema)
    targets = values.subset("targets")
    blockSize = values.integer("block-size")
    map = values.choice("map")
    learningRate = values.learningRate
    deployed = values.complete
  }

  public var startsAsIdentity: Bool { true }

  /// b for an input of some width.
  private func size(for input: Int) -> Int { input.blockSize(upTo: blockSize) }

  public func attach(
    to host: any AdapterHost, layers: [Int], key: RandomKey
  ) throws(MethodError) -> Attachment {
    var attachment = Attachment()
    try attachment.adaptMaps(
      targets, layers: layers, method: Self.schema.name, host: host, learningRate: learningRate,
      key: key
    ) { linear, tensors in
      let size = size(for: linear.inputWidth)
      let update = RotationUpdate(
        triangles: tensors.trained(
          "oft_R", Shape(linear.inputWidth / size, size * (size - 1) / 2), .zeros),
        size: size, map: map)
      return DeltaAdapter(update, linear: linear, label: tensors.name("oft"))
    }
    return attachment
  }
}

/// Δ = W Rᵀ − W.
private struct RotationUpdate: WeightUpdate {
  let triangles: Parameter
  let size: Int
  let map: OFT.Map

  var parameters: [Parameter] { [triangles] }

  func delta(of weight: Tensor, tape: Tape) -> Tensor {
    let skew = tape.skewBlocks(triangles: tape.parameter(triangles), size: size)
    let blocks =
      switch map {
      case .neumann: tape.neumannRotation(skew)
      case .cayley: tape.cayleyRotation(skew)
      }
    return tape.subtract(tape.multiplyColumnBlocks(weight, byTransposed: blocks), weight)
  }

  func canonicalForm(of linear: Linear) -> CanonicalForm {
    .rotation(
      CanonicalForm.BlockRotation(
        map: map == .neumann ? .neumann : .cayley, blockSize: size, triangles: triangles.array))
  }
}
