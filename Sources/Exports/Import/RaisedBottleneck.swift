import NeuralNets
import PEFTMethods
import SearchSpaces
import TensorCore

/// The bottlenecks of one layer as one instance.
private struct SharedBottleneck {
  let forms: [(point: InsertionPoint, form: CanonicalForm.Bottleneck)]
  let size: Int
  let activation: Activation

  /// - Throws: `ImportError.unsupported` where they differ in size, activation or wiring.
  init(_ layer: RaisedLayer) throws {
    forms = layer.parts.map { part in
      guard case .bottleneck(let form) = part.form else {
        preconditionFailure("SharedBottleneck: no bottleneck")
      }
      return (part.site.point, form)
    }
    size = forms[0].form.down.shape[0]
    activation = forms[0].form.activation
    let (size, activation) = (size, activation)
    guard
      forms.allSatisfy({
        $0.form.down.shape[0] == size && $0.form.activation == activation
          && $0.form.wiring == forms[0].form.wiring
      })
    else {
      throw layer.unsupported(
        "the bottlenecks", "a method of this program has one size and one activation in a layer")
    }
    guard activation != .identity else {
      throw layer.unsupported("a bottleneck", "one without an activation is not known here")
    }
  }

  /// The factor of all of them; nil where they differ or where it is not in a range.
  func scale(in range: ClosedRange<Float>) -> Float? {
    let scales = Set(forms.map(\.form.scale))
    guard scales.count == 1, let scale = scales.first, range.contains(scale) else { return nil }
    return scale
  }

  func parameters(
    placement: String, _ layer: RaisedLayer
  ) -> [String: ParameterValue] {
    [
      "placement": .text(placement), "bottleneck": .integer(size),
      "activation": .text(activation.rawValue), "dropout": layer.dropout,
    ]
  }

  /// The tensors with what is left of their factors multiplied into the second map.
  func tensors(_ layer: RaisedLayer, method: String, scale: Float) -> [AdapterTensor] {
    forms.flatMap { point, form in
      let factor = form.scale == scale ? 1 : form.scale / scale
      let width = form.up.shape[0]
      func tensor(_ name: String, _ shape: [Int], _ values: [Float]) -> AdapterTensor {
        layer.tensor(point, "\(method).\(name)", shape, values)
      }
      return [
        tensor("down.weight", [size, width], form.down.array),
        tensor("down.bias", [size], form.downBias.array),
        tensor("up.weight", [width, size], form.up.array.map { factor * $0 }),
        tensor("up.bias", [width], form.upBias.array.map { factor * $0 }),
      ]
    }
  }

  static let note = "The factor of a bottleneck is multiplied into its second map."
}

/// `adapter` from bottlenecks behind a block.
enum RaisedSerialAdapter: RaisedMethod {
  static func holds(_ form: CanonicalForm) -> Bool {
    guard case .bottleneck(let bottleneck) = form else { return false }
    return bottleneck.wiring != .branchInput
  }

  static func raise(
    _ layer: RaisedLayer
  ) throws -> (instance: MethodInstance, tensors: [AdapterTensor], notes: [String]) {
    let shared = try SharedBottleneck(layer)
    let points = Set(shared.forms.map(\.point))
    let wiring = shared.forms[0].form.wiring
    guard
      let placement = SerialAdapter.Placement.allCases.first(where: {
        $0.wiring == wiring && Set($0.points) == points
      })
    else {
      throw layer.unsupported(
        "the bottlenecks", "this program has one behind both blocks only as of Houlsby")
    }
    let name = SerialAdapter.schema.name
    return (
      MethodInstance(name, shared.parameters(placement: placement.rawValue, layer)),
      shared.tensors(layer, method: name, scale: 1),
      shared.scale(in: 1...1) == nil ? [SharedBottleneck.note] : []
    )
  }
}

/// `parallel-adapter` from bottlenecks beside a block.
enum RaisedParallelAdapter: RaisedMethod {
  static func holds(_ form: CanonicalForm) -> Bool {
    guard case .bottleneck(let bottleneck) = form else { return false }
    return bottleneck.wiring == .branchInput
  }

  static func raise(
    _ layer: RaisedLayer
  ) throws -> (instance: MethodInstance, tensors: [AdapterTensor], notes: [String]) {
    let shared = try SharedBottleneck(layer)
    let points = Set(shared.forms.map(\.point))
    guard
      let placement = ParallelAdapter.Placement.allCases.first(where: {
        Set($0.points) == points
      })
    else { throw layer.unsupported("the bottlenecks", "they stand beside no block") }
    let name = ParallelAdapter.schema.name
    let own = shared.scale(in: 0.01...64)
    var parameters = shared.parameters(placement: placement.rawValue, layer)
    parameters["scale"] = .number(Double(own ?? 1))
    return (
      MethodInstance(name, parameters),
      shared.tensors(layer, method: name, scale: own ?? 1),
      own == nil ? [SharedBottleneck.note] : []
    )
  }
}

/// `prefix`, flat, from keys and values.
enum RaisedPrefix: RaisedMethod {
  static func holds(_ form: CanonicalForm) -> Bool {
    if case .prefix = form { return true }
    return false
  }

  static func raise(
    _ layer: RaisedLayer
  ) throws -> (instance: MethodInstance, tensors: [AdapterTensor], notes: [String]) {
    guard layer.parts.count == 1,
      case .prefix(let keys, let values, let length) = layer.parts[0].form
    else { throw layer.unsupported("the prefixes", "a layer has one here") }
    let name = PrefixTuning.schema.name
    let shape = [length, keys.count / length]
    return (
      MethodInstance(name, ["length": .integer(length), "mlp-width": .integer(0)]),
      [
        layer.tensor(.attention, "\(name).keys", shape, keys),
        layer.tensor(.attention, "\(name).values", shape, values),
      ],
      layer.parts[0].dropout > 0
        ? ["The dropout of a prefix is not kept: prefixes train without one here."] : []
    )
  }
}
