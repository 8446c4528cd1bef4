import NeuralNets
import PEFTMethods
import SearchSpaces

/// The configuration of this program that computes what was read, and its tensors.
///
/// The opposite of `CanonicalForm`: parts of a layer go back to the instances of methods. Each kind
/// of form has one method that holds it (`RaisedMethod`).
struct RaisedAdapter {
  let configuration: PEFTConfiguration
  let tensors: [AdapterTensor]
  let notes: [String]

  static let methods: [any RaisedMethod.Type] = [
    RaisedLoRA.self, RaisedDoRA.self, RaisedIA3.self, RaisedSerialAdapter.self,
    RaisedParallelAdapter.self, RaisedPrefix.self,
  ]

  /// - Parameter file: the configuration that was read, for the errors.
  init(_ parts: [ImportedPart], file: String, host: ImportHost) throws {
    guard !parts.isEmpty else { throw ImportError.nothingAdapted(file: file) }
    var groups: [LayerGroup] = []
    var tensors: [AdapterTensor] = []
    var notes: [String] = []
    for layer in 0..<host.backbone.layerCount {
      let here = parts.filter { $0.site.layer == layer }
      var instances: [MethodInstance] = []
      for method in Self.methods {
        let own = here.filter { method.holds($0.form) }
        guard !own.isEmpty else { continue }
        let layer = RaisedLayer(parts: own, layer: layer, file: file)
        let raised = try method.raise(layer)
        instances.append(raised.instance)
        tensors += raised.tensors
        notes += raised.notes.filter { !notes.contains($0) }
      }
      groups.append(LayerGroup(layers: 1, methods: instances))
    }
    configuration =
      PEFTConfiguration(groups: groups, training: TrainingSettings()).canonical
    self.tensors = tensors
    self.notes = notes
  }
}

/// The parts of one layer that one method is to hold.
struct RaisedLayer {
  let parts: [ImportedPart]
  let layer: Int
  let file: String

  /// The largest rate of any part, since an instance has one.
  var dropout: ParameterValue { .number(min(0.9, parts.map(\.dropout).max() ?? 0)) }

  func unsupported(_ what: String, _ reason: String) -> ImportError {
    .unsupported(file: file, what: "\(what) of layer \(layer)", reason: reason)
  }

  /// A tensor at a site, under its name in adapter files.
  func tensor(
    _ point: InsertionPoint, _ name: String, _ shape: [Int], _ values: [Float]
  ) -> AdapterTensor {
    AdapterTensor(
      name: "layer.\(layer).\(point.rawValue).\(name)", shape: shape, values: values)
  }
}

/// A method that holds forms of some kind.
protocol RaisedMethod: Sendable {
  static func holds(_ form: CanonicalForm) -> Bool
  /// The instance and the tensors of the parts of one layer, at least one.
  static func raise(
    _ layer: RaisedLayer
  ) throws -> (instance: MethodInstance, tensors: [AdapterTensor], notes: [String])
}
