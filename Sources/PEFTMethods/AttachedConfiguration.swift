public import NeuralNets
public import SearchSpaces
public import TensorCore

/// A configuration attached to a backbone: everything that trains, with stable names.
public final class AttachedConfiguration {
  /// The canonical form of what was attached.
  public let configuration: PEFTConfiguration
  /// The adapters, each at its site.
  public let adapters: [PlacedAdapter]
  /// The tensors of all methods, trained or stored, ordered by method name and layer.
  public let tensors: [AttachedTensor]
  let host: any AdapterHost

  init(configuration: PEFTConfiguration, host: any AdapterHost, attachment: Attachment) {
    self.configuration = configuration
    self.host = host
    adapters = attachment.adapters
    tensors = attachment.tensors
  }

  /// The parameters that get a gradient, head apart, in the order of `tensors`.
  public var trainedParameters: [Parameter] {
    tensors.filter(\.isTrained).map(\.parameter)
  }

  /// The trained parameters by step size and weight decay, for the optimizer.
  ///
  /// Matrices decay, vectors do not; groups stand in the order of their first parameter.
  public var parameterGroups: [ParameterGroup] {
    var groups: [ParameterGroup] = []
    for tensor in tensors where tensor.isTrained {
      let index = groups.firstIndex {
        $0.learningRate == tensor.learningRate && $0.decays == tensor.decays
      }
      if let index {
        groups[index].parameters.append(tensor.parameter)
      } else {
        groups.append(
          ParameterGroup(
            parameters: [tensor.parameter], learningRate: tensor.learningRate,
            decays: tensor.decays))
      }
    }
    return groups
  }

  /// What each adapter amounts to now, at its site.
  public var canonicalForms: [(site: InsertionSite, method: String, form: CanonicalForm)] {
    adapters.map { ($0.site, $0.method, $0.adapter.canonicalForm) }
  }

  /// The backbone's own tensors that methods rewrite or store.
  public var rewrittenTensors: [AttachedTensor] {
    tensors.filter { $0.kind == .rewritten || $0.kind == .stored }
  }

  /// The counts as they are: elements with a gradient, and elements of the deployed file.
  public var actualCounts: (trained: Int, deployed: Int) {
    let trained = tensors.filter(\.isTrained).reduce(0) { $0 + $1.parameter.shape.count }
    let deployed = state(.deployed).reduce(0) { $0 + $1.values.count }
    return (trained, deployed)
  }
}

/// Trained parameters that share a step size and a rule for weight decay.
public struct ParameterGroup {
  public var parameters: [Parameter]
  /// Peak step size; nil takes the trial's.
  public var learningRate: Double?
  /// Whether decoupled weight decay applies.
  public var decays: Bool

  public init(parameters: [Parameter], learningRate: Double?, decays: Bool) {
    self.parameters = parameters
    self.learningRate = learningRate
    self.decays = decays
  }
}
