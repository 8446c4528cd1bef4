public import LinearAlgebra
public import NeuralNets
public import SearchSpaces
public import TensorCore

/// One way to fine-tune few parameters of a frozen backbone, with all its hyper-parameters set.
///
/// A method is a value: it is read from a `MethodInstance` of a space file and attached to the
/// layers that hold an equal instance. What it trains, it makes itself, from a random key; what
/// it rewrites, it takes from the host and unfreezes.
public protocol PEFTMethod: Sendable {
  /// The name, hyper-parameters, references and exact counts of the method.
  static var schema: MethodSchema { get }

  /// Reads the hyper-parameters of an instance; absent ones have the schema's default.
  init(_ instance: MethodInstance) throws(MethodError)

  /// Whether the adapted backbone computes exactly what the frozen one does before the first step.
  var startsAsIdentity: Bool { get }

  /// Whether the gradients are those of the loss; false where the method itself holds a part of its
  /// forward constant while it differentiates.
  var hasExactGradients: Bool { get }

  /// The step size of this method's parameters; nil takes the trial's.
  var learningRate: Double? { get }

  /// The instance that holds what is left after training, where a part is only there to train.
  ///
  /// A prefix behind an MLP becomes a flat prefix; most methods are their own deployed form.
  var deployed: MethodInstance { get }

  /// Attaches the method to all layers that hold an equal instance.
  ///
  /// - Parameters:
  ///   - host: the backbone, with all parameters frozen that no other method unfroze.
  ///   - layers: ascending; empty for a method of model scope.
  ///   - key: the stream of initial values; a tensor draws from
  ///     `key.derived(layer).derived(tensor name)`, so that two configurations share the start
  ///     of what they share.
  func attach(
    to host: any AdapterHost, layers: [Int], key: RandomKey
  ) throws(MethodError) -> Attachment
}

extension PEFTMethod {
  public var hasExactGradients: Bool { true }
}

/// What one method instance added to a host or unfroze in it.
public struct Attachment {
  /// The adapters, each at its site.
  public var adapters: [PlacedAdapter] = []
  /// The tensors that belong to the instance, in a fixed order.
  public var tensors: [AttachedTensor] = []
  /// What the instance does around the steps of a training, in a fixed order.
  public var hooks: [any TrainingHook] = []

  public init() {}
}

/// One adapter at one site of the host.
public struct PlacedAdapter {
  /// The method's name in space files.
  public let method: String
  public let site: InsertionSite
  public let adapter: any Adapter

  public init(method: String, site: InsertionSite, adapter: any Adapter) {
    self.method = method
    self.site = site
    self.adapter = adapter
  }
}

/// One named tensor that a method instance owns.
public struct AttachedTensor {
  /// Where the tensor comes from and what becomes of it after training.
  public enum Kind: String, Sendable {
    /// Made by the method, kept as it is.
    case added
    /// Made by the method, folded into other tensors after training.
    case reparametrisation
    /// Made by the method, left out of evaluation and of what is deployed.
    case dropped
    /// The backbone's own tensor, unfrozen and rewritten in place.
    case rewritten
    /// The backbone's own tensor, stored with the method but not trained (a key bias).
    case stored
    /// Whole numbers that say where the values of another tensor lie; chosen and not trained.
    case positions
  }

  /// The stable name in files, unique in a configuration, such as `layer.3.query.lora_A`.
  public let name: String
  public let parameter: Parameter
  public let kind: Kind
  /// The name of the method that owns it.
  public let method: String
  /// The step size of its instance; nil takes the trial's.
  public let learningRate: Double?
  /// Multiplies the step size, its instance's or the trial's; 1 for all but LoRA+.
  public let learningRateFactor: Double

  public init(
    name: String, parameter: Parameter, kind: Kind, method: String, learningRate: Double?,
    learningRateFactor: Double = 1
  ) {
    self.name = name
    self.parameter = parameter
    self.kind = kind
    self.method = method
    self.learningRate = learningRate
    self.learningRateFactor = learningRateFactor
  }

  /// The peak step size where the trial has a given one.
  public func peakLearningRate(_ trial: Double) -> Double {
    (learningRate ?? trial) * learningRateFactor
  }

  /// Whether the tensor gets a gradient.
  public var isTrained: Bool { kind != .stored && kind != .positions }
  /// Whether weight decay applies: matrices yes, biases and norms no.
  public var decays: Bool { parameter.shape.rank > 1 }
}

/// The name in files of a tensor inside a layer, or outside all layers for nil.
func tensorName(layer: Int?, _ name: String) -> String {
  guard let layer else { return name }
  return "layer.\(layer).\(name)"
}

extension AdapterHost {
  /// Refuses a site that the layer does not offer.
  func requireSite(_ site: InsertionSite, for method: String) throws(MethodError) {
    let offered = insertionPoints(layer: site.layer)
    guard offered.contains(site.point) else {
      throw .siteNotOffered(
        method: method, site: site, offered: offered.map(\.rawValue))
    }
  }

  /// The backbone's own parameter with a name, such as `query.bias` of a layer.
  func parameter(
    _ name: String, layer: Int?, for method: String
  ) throws(MethodError) -> HostParameter {
    guard let found = parameters(layer: layer).first(where: { $0.name == name }) else {
      throw .hostParameterMissing(method: method, name: name, layer: layer)
    }
    return found
  }
}

extension Attachment {
  /// Records an attached adapter whose parameters are all its own and all kept.
  mutating func record(
    _ adapter: any Adapter, method: String, site: InsertionSite, learningRate: Double?
  ) {
    adapters.append(PlacedAdapter(method: method, site: site, adapter: adapter))
    record(adapter.parameters, kind: .added, method: method, learningRate: learningRate)
  }

  /// Records tensors that are named by their own paths.
  mutating func record(
    _ parameters: [Parameter], kind: AttachedTensor.Kind, method: String, learningRate: Double?,
    learningRateFactor: Double = 1
  ) {
    tensors += parameters.map {
      AttachedTensor(
        name: $0.path, parameter: $0, kind: kind, method: method, learningRate: learningRate,
        learningRateFactor: learningRateFactor)
    }
  }

  /// Records one of the host's own tensors, unfreezing it where it is to be trained.
  mutating func rewrite(
    _ host: HostParameter, layer: Int?, method: String, learningRate: Double?,
    isTrained: Bool = true
  ) {
    if isTrained { host.parameter.makeTrainable() }
    tensors.append(
      AttachedTensor(
        name: tensorName(layer: layer, host.name), parameter: host.parameter,
        kind: isTrained ? .rewritten : .stored, method: method, learningRate: learningRate))
  }
}
