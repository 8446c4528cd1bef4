import LinearAlgebra
import NeuralNets
import SearchSpaces
import TensorCore

/// How the two matrices of a bottleneck start; biases start at zero in all of them.
enum BottleneckInitialisation: String, CaseIterable {
  /// Both N(0, 0.02²): the initialiser of BERT itself, nearly the identity.
  case bert
  /// Both N(0, 0.01²) cut at two deviations (arXiv 1902.00751; AdapterHub `houlsby`).
  case houlsby
  /// Down U(±1/√D), up zero: exactly the identity (arXiv 2110.04366).
  case mam
  /// Both U(±√(6/(D + b))), the start of dense layers in Keras.
  case glorot

  func down(width: Int, size: Int) -> Initialisation {
    self == .mam ? .kaiming(fanIn: width) : up(width: width, size: size)
  }

  func up(width: Int, size: Int) -> Initialisation {
    switch self {
    case .bert: .normal(deviation: 0.02)
    case .houlsby: .truncatedNormal(deviation: 0.01)
    case .mam: .zeros
    case .glorot: .uniform(bound: (6 / Double(width + size)).squareRoot())
    }
  }
}

/// The hyper-parameters that serial and parallel adapters have in common.
struct BottleneckSettings {
  let size: Int
  let activation: Activation
  let initialisation: BottleneckInitialisation
  let dropout: Float
  let scale: Float
  /// The share of values set to zero between the two maps.
  var innerDropout: Float = 0

  /// The same with another inner width.
  func resized(_ size: Int) -> BottleneckSettings {
    BottleneckSettings(
      size: size, activation: activation, initialisation: initialisation, dropout: dropout,
      scale: scale, innerDropout: innerDropout)
  }

  /// 2·D·b + b + D for one bottleneck; `published` leaves out the biases, as AutoPEFT does.
  static func counts(_ size: Int, width: Int, sites: Int) -> ParameterCounts {
    let matrices = 2 * width * size * sites
    let all = matrices + (size + width) * sites
    return ParameterCounts(trained: all, deployed: all, published: matrices)
  }

  static let size = ParameterSchema(
    "bottleneck", .integer(1...8192), default: .integer(48),
    "b, the inner width; the default is D/16 of BERT-base, the usual size of a Pfeiffer adapter.")

  static func activation(default name: Activation, _ reason: String) -> ParameterSchema {
    ParameterSchema(
      "activation", .choice(["relu", "gelu", "gelu-tanh", "silu", "tanh"]),
      default: .text(name.rawValue), "The function between the two maps; \(reason)")
  }

  static func initialisation(
    default name: BottleneckInitialisation, _ reason: String
  ) -> ParameterSchema {
    ParameterSchema(
      "init", .choice(BottleneckInitialisation.allCases.map(\.rawValue)),
      default: .text(name.rawValue),
      "Start of the matrices, biases at zero: 'bert' N(0, 0.02²), 'houlsby' N(0, 0.01²) cut at two "
        + "deviations, 'mam' down uniform and up zero, which starts as the identity, 'glorot' both "
        + "U(±√(6/(D + b))); \(reason)")
  }

  static let dropout = ParameterSchema.dropout(
    "Share of the bottleneck's output set to zero while training, after the scale, as in "
      + "AdapterHub; 0 by default, as there.")
}

/// A two-layer bottleneck beside or behind a residual branch.
///
/// delta = drop(s · (drop'(σ(z Dᵀ + c_d)) Uᵀ + c_u)),   D: [b, D], U: [D, b], z: [T, D] → delta: [T, D]
///
/// where drop' is the inner dropout and z is u (Houlsby), LN(u + x) (Pfeiffer, through the branch's own closing norm) or x
/// (parallel). The residual sum and the closing norm stay with the host.
///
/// Reference: adapter-hub/adapters src/adapters/methods/modeling.py.
final class BottleneckAdapter: HiddenAdapter {
  let form: CanonicalForm.Bottleneck
  private let settings: BottleneckSettings
  private let label: String
  private let innerLabel: String

  init(form: CanonicalForm.Bottleneck, settings: BottleneckSettings, label: String) {
    self.form = form
    self.settings = settings
    self.label = label
    innerLabel = "\(label).inner"
  }

  /// A new bottleneck at a site, its tensors named `layer.i.site.method.*`.
  static func make(
    method: String, site: InsertionSite, width: Int, settings: BottleneckSettings,
    wiring: CanonicalForm.Bottleneck.Wiring, key: RandomKey
  ) -> BottleneckAdapter {
    let label = "\(site.point.rawValue).\(method)"
    let layerKey = key.derived(site.layer)
    func tensor(_ name: String, _ shape: Shape, _ start: Initialisation) -> Parameter {
      let local = "\(label).\(name)"
      return Parameter.trained(
        tensorName(layer: site.layer, local), shape: shape, start, key: layerKey.derived(local))
    }
    let size = settings.size
    let form = CanonicalForm.Bottleneck(
      down: tensor(
        "down.weight", Shape(size, width),
        settings.initialisation.down(width: width, size: size)),
      downBias: tensor("down.bias", Shape(size), .zeros),
      up: tensor(
        "up.weight", Shape(width, size), settings.initialisation.up(width: width, size: size)),
      upBias: tensor("up.bias", Shape(width), .zeros),
      activation: settings.activation, scale: settings.scale, wiring: wiring)
    return BottleneckAdapter(
      form: form, settings: settings, label: tensorName(layer: site.layer, label))
  }

  var parameters: [Parameter] { [form.down, form.downBias, form.up, form.upBias] }

  var canonicalForm: CanonicalForm { .bottleneck(form) }

  func delta(_ branch: ResidualBranch, tape: Tape) -> Tensor {
    delta(of: branch.read(form.wiring, tape: tape), tape: tape)
  }

  /// The delta [T, D] for what the bottleneck reads, z [T, D].
  func delta(of z: Tensor, tape: Tape) -> Tensor {
    let inner = tape.linear(
      z, weight: tape.parameter(form.down), bias: tape.parameter(form.downBias))
    let active = tape.adapterDropout(
      form.activation(inner, tape: tape), rate: settings.innerDropout, label: innerLabel)
    let outer = tape.linear(
      active, weight: tape.parameter(form.up), bias: tape.parameter(form.upBias))
    let scaled = form.scale == 1 ? outer : tape.scaled(outer, by: form.scale)
    return tape.adapterDropout(scaled, rate: settings.dropout, label: label)
  }
}

extension ResidualBranch {
  /// What a bottleneck of some wiring reads [T, D].
  func read(_ wiring: CanonicalForm.Bottleneck.Wiring, tape: Tape) -> Tensor {
    switch wiring {
    case .branchOutput: output
    case .closedBranch: closingNorm(output, residual: input, tape: tape)
    case .branchInput: input
    }
  }
}

extension Attachment {
  /// Makes one bottleneck, attaches it to the host and records its tensors.
  mutating func add(
    _ settings: BottleneckSettings, wiring: CanonicalForm.Bottleneck.Wiring, method: String,
    site: InsertionSite, host: any AdapterHost, learningRate: Double?, key: RandomKey
  ) throws(MethodError) {
    try host.requireSite(site, for: method)
    let adapter = BottleneckAdapter.make(
      method: method, site: site, width: host.width, settings: settings, wiring: wiring, key: key)
    host.attach(adapter, at: site)
    record(adapter, method: method, site: site, learningRate: learningRate)
  }
}
