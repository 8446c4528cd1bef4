public import LinearAlgebra
public import NeuralNets
public import SearchSpaces
import TensorCore

/// A serial bottleneck with several copies of its maps, one of each drawn in every training step.
///
/// y = LN(u + Up_j σ(Down_i u + c_i) + c_j + a),   Down: M_d of [b, D], Up: M_u of [D, b]
///
/// u is the feed-forward block's output after its dropout, a its residual input. i and j are drawn
/// apart from each other, for each layer and pass, for the whole batch. Evaluation and what is
/// deployed have the means of the copies, weights and biases, and are one ordinary bottleneck
/// (Houlsby's wiring at the feed-forward block): the means of the weights, not of the outputs.
///
/// With `consistency` a step runs the batch twice with draws and dropout of their own, and
/// ½ (KL(p₂ ‖ p₁) + KL(p₁ ‖ p₂)) is added to the loss of the first pass, each left side held constant;
/// it makes a step twice as long. A regression has no classes to compare and one pass.
///
/// The authors' code has the adapter before the block's dropout; with backbone dropout, off by
/// default, the two differ while training.
/// - Trained: M_d · (D·b + b) + M_u · (b·D + D) for each layer; deployed = published: one copy of each.
/// - Not mergeable: the activation stands between the two maps.
///
/// Reference: arXiv 2205.12410, sections 3.1 to 3.3; microsoft/AdaMix
/// src/transformers/models/expert_soup.py.
public struct AdaMix: PEFTMethod {
  public static let schema = MethodSchema(
    name: "adamix",
    summary: "A serial bottleneck drawn from several copies in each step, averaged in the end.",
    scope: .layer,
    parameters: [
      BottleneckSettings.size,
      ParameterSchema(
        "down-copies", .integer(1...64), default: .integer(4),
        "M_d, copies of the map into the bottleneck; 4 in the paper, 1 draws nothing."),
      ParameterSchema(
        "up-copies", .integer(1...64), default: .integer(1),
        "M_u, copies of the map out of it; 1 is the paper's sharing of this map."),
      BottleneckSettings.activation(default: .gelu, "GELU is that of the authors' code."),
      ParameterSchema(
        "consistency", .flag, default: .flag(true),
        "Whether each step runs twice and the two answers are drawn together; true in the paper, "
          + "at twice the time of a step."),
      .learningRate,
    ],
    sizeParameter: "bottleneck",
    references: ["Wang et al. 2022, arXiv 2205.12410", "microsoft/AdaMix: ExpertSoup"],
    countFormula:
      "2·D·b + b + D for each layer deployed; trained M_d·(D·b + b) + M_u·(D·b + D)",
    isMergeable: false,
    parameterCounts: counting { (method: AdaMix, shape) in
      let (down, up) = (
        (shape.width + 1) * method.settings.size, (method.settings.size + 1) * shape.width
      )
      return ParameterCounts(
        trained: method.downCopies * down + method.upCopies * up, deployed: down + up,
        published: down + up)
    },
    passes: inserting { (method: AdaMix) in method.isConsistent ? 2 : 1 })

  public let downCopies: Int
  public let upCopies: Int
  public let isConsistent: Bool
  public let learningRate: Double?
  let settings: BottleneckSettings
  private let complete: MethodInstance

  public init(_ instance: MethodInstance) throws(MethodError) {
    let values = try MethodValues(instance, schema: Self.schema)
    downCopies = values.integer("down-copies")
    upCopies = values.integer("up-copies")
    isConsistent = values.flag("consistency")
    learningRate = values.learningRate
    settings = BottleneckSettings(
      size: values.integer("bottleneck"), activation: values.choice("activation"),
      initialisation: .bert, dropout: 0, scale: 1)
    complete = values.complete
  }

  public var startsAsIdentity: Bool { false }

  /// One copy of each map, in one pass.
  public var deployed: MethodInstance {
    var averaged = complete
    averaged.parameters["down-copies"] = .integer(1)
    averaged.parameters["up-copies"] = .integer(1)
    averaged.parameters["consistency"] = .flag(false)
    return averaged
  }

  public func attach(
    to host: any AdapterHost, layers: [Int], key: RandomKey
  ) throws(MethodError) -> Attachment {
    let (name, width) = (Self.schema.name, host.width)
    var attachment = Attachment()
    for layer in layers {
      let site = InsertionSite(layer: layer, point: .feedForwardBlock)
      try host.requireSite(site, for: name)
      let tensors = SiteTensors(site, key: key)
      let down = CopiedMap(
        tensors, "adamix.down", copies: downCopies, from: width, to: settings.size)
      let up = CopiedMap(
        tensors, "adamix.up", copies: upCopies, from: settings.size, to: width)
      let adapter = CopiedBottleneck(down: down, up: up, activation: settings.activation)
      host.attach(adapter, at: site)
      attachment.adapters.append(PlacedAdapter(method: name, site: site, adapter: adapter))
      for map in [down, up] {
        attachment.record(
          map.parameters, kind: map.copies > 1 ? .reparametrisation : .added, method: name,
          learningRate: learningRate)
      }
    }
    if isConsistent { attachment.hooks.append(SecondPass()) }
    return attachment
  }
}

/// Asks for the second pass of each step.
private final class SecondPass: TrainingHook {
  var wantsSecondPass: Bool { true }
}

/// A linear map in M copies, one of which is drawn; their mean without noise.
private struct CopiedMap {
  let copies: Int
  private let name: String
  private let input: Int
  private let output: Int
  /// The copies one under the other, [M·out, in].
  private let weight: Parameter
  /// [M·out].
  private let bias: Parameter

  init(_ tensors: SiteTensors, _ local: String, copies: Int, from input: Int, to output: Int) {
    let own = copies > 1 ? "\(local).copies" : local
    self.copies = copies
    self.input = input
    self.output = output
    name = tensors.name(local)
    weight = tensors.trained(
      "\(own).weight", Shape(copies * output, input), .normal(deviation: 0.02))
    bias = tensors.trained("\(own).bias", Shape(copies * output), .zeros)
  }

  var parameters: [Parameter] { [weight, bias] }

  /// The copy of this pass.
  func callAsFunction(_ x: Tensor, tape: Tape) -> Tensor {
    guard copies > 1 else {
      return tape.linear(x, weight: tape.parameter(weight), bias: tape.parameter(bias))
    }
    let drawn = tape.noise.map { noise -> Int in
      var random = CounterRandom(noise.derived("adamix").derived(name))
      return random.integer(below: copies)
    }
    return tape.linear(
      x, weight: copy(drawn, of: weight, Shape(output, input), tape: tape),
      bias: copy(drawn, of: bias, Shape(output), tape: tape))
  }

  /// One copy of a tensor, or the mean of all for nil.
  private func copy(_ number: Int?, of parameter: Parameter, _ shape: Shape, tape: Tape) -> Tensor {
    let all = tape.reshape(tape.parameter(parameter), Shape(copies, shape.count))
    let one =
      number.map { tape.gatherRows(all, rows: [Int32($0)]) }
      ?? tape.scaled(tape.sumRows(all), by: 1 / Float(copies))
    return tape.reshape(one, shape)
  }

  /// The mean as tensors of a file.
  func means() -> [AdapterTensor] {
    Tape.evaluate { tape in
      [("weight", weight, Shape(output, input)), ("bias", bias, Shape(output))].map {
        let mean = copy(nil, of: $1, $2, tape: tape)
        return AdapterTensor(
          name: "\(name).\($0)", shape: $2.dimensions, values: mean.array)
      }
    }
  }

  /// The trained tensors of a single copy, or the mean as parameters of its own.
  var single: (weight: Parameter, bias: Parameter) {
    guard copies > 1 else { return (weight, bias) }
    let made = means().map { Parameter(path: $0.name, shape: Shape($0.shape), values: $0.values) }
    return (made[0], made[1])
  }
}

/// A serial bottleneck whose maps have copies: Up σ(Down u).
private final class CopiedBottleneck: HiddenAdapter, FoldedAdapter {
  private let down: CopiedMap
  private let up: CopiedMap
  private let activation: Activation

  init(down: CopiedMap, up: CopiedMap, activation: Activation) {
    self.down = down
    self.up = up
    self.activation = activation
  }

  var parameters: [Parameter] { down.parameters + up.parameters }

  var canonicalForm: CanonicalForm {
    let (down, up) = (down.single, up.single)
    return .bottleneck(
      CanonicalForm.Bottleneck(
        down: down.weight, downBias: down.bias, up: up.weight, upBias: up.bias,
        activation: activation, scale: 1, wiring: .branchOutput))
  }

  func delta(_ branch: ResidualBranch, tape: Tape) -> Tensor {
    up(activation(down(branch.output, tape: tape), tape: tape), tape: tape)
  }

  func foldedTensors() -> [AdapterTensor] {
    [down, up].filter { $0.copies > 1 }.flatMap { $0.means() }
  }
}
