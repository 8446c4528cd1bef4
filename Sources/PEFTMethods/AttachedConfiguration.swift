public import NeuralNets
public import SearchSpaces
import TensorCore

/// A configuration attached to a backbone: everything that trains, with stable names.
public final class AttachedConfiguration {
  /// The canonical form of what was attached.
  public let configuration: PEFTConfiguration
  /// The adapters, each at its site.
  public let adapters: [PlacedAdapter]
  /// The tensors of all methods, trained or stored, ordered by method name and layer.
  public let tensors: [AttachedTensor]
  /// What the methods do around the steps of a training, in the order of `tensors`.
  public let hooks: [any TrainingHook]
  let host: any AdapterHost

  init(configuration: PEFTConfiguration, host: any AdapterHost, attachment: Attachment) {
    self.configuration = configuration
    self.host = host
    adapters = attachment.adapters
    tensors = attachment.tensors
    hooks = attachment.hooks
  }

  /// The parameters that get a gradient, head apart, in the order of `tensors`.
  public var trainedParameters: [NamedParameter] {
    tensors.filter(\.isTrained).map { NamedParameter(name: $0.name, parameter: $0.parameter) }
  }

  /// The trained parameters by step size and weight decay, for the optimizer.
  ///
  /// Matrices decay, vectors do not; groups stand in the order of their first parameter.
  /// - Parameters:
  ///   - learningRate: the trial's peak step size, for instances without their own.
  ///   - weightDecay: the decoupled decay of matrices.
  public func parameterGroups(learningRate: Double, weightDecay: Double) -> [ParameterGroup] {
    struct Settings: Hashable {
      let learningRate: Double
      let weightDecay: Double
    }
    var order: [Settings] = []
    var members: [Settings: [NamedParameter]] = [:]
    for tensor in tensors where tensor.isTrained {
      let settings = Settings(
        learningRate: tensor.peakLearningRate(learningRate),
        weightDecay: tensor.decays ? weightDecay : 0)
      if members[settings] == nil { order.append(settings) }
      members[settings, default: []].append(
        NamedParameter(name: tensor.name, parameter: tensor.parameter))
    }
    return order.map {
      ParameterGroup(
        parameters: members[$0] ?? [], learningRate: $0.learningRate, weightDecay: $0.weightDecay)
    }
  }

  /// What each adapter amounts to now, at its site; none for one that is left out of evaluation.
  public var canonicalForms: [(site: InsertionSite, method: String, form: CanonicalForm)] {
    let dropped = Set(
      tensors.filter { $0.kind == .dropped }.map { ObjectIdentifier($0.parameter) })
    return adapters.filter { placed in
      !placed.adapter.parameters.contains { dropped.contains(ObjectIdentifier($0)) }
    }.map { ($0.site, $0.method, $0.adapter.canonicalForm) }
  }

  /// The backbone's own tensors that methods rewrite or store.
  public var rewrittenTensors: [AttachedTensor] {
    tensors.filter { $0.kind == .rewritten || $0.kind == .stored }
  }

  /// The counts as they are: elements with a gradient, and elements of the deployed file, positions
  /// apart.
  public var actualCounts: (trained: Int, deployed: Int) {
    let trained = tensors.filter(\.isTrained).reduce(0) { $0 + $1.parameter.shape.count }
    let deployed = state(.deployed).filter { !$0.holdsPositions }
      .reduce(0) { $0 + $1.values.count }
    return (trained, deployed)
  }
}
