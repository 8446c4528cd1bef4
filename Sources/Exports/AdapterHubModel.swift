import NeuralNets
import TensorCore

/// A backbone with the names that the library gives to its modules.
struct AdapterHubModel {
  /// The name of the adapter and of its head; fixed, so that the names of tensors are.
  static let adapterName = "autopeft"

  let backbone: any Backbone
  let task: TaskModel

  var layers: Range<Int> { 0..<backbone.layerCount }

  /// The layers that a method is left out of, as the library lists them.
  func leaveOut(besides used: Set<Int>) -> ConfigValue {
    .list(layers.filter { !used.contains($0) }.map { .integer($0) })
  }

  /// The frozen map of a site, or the map that ends the block of a site.
  private func map(at site: InsertionSite) -> Linear? {
    let point: InsertionPoint =
      switch site.point {
      case .attentionBlock: .attentionOutput
      case .feedForwardBlock: .feedForwardOut
      default: site.point
      }
    return backbone.linear(at: InsertionSite(layer: site.layer, point: point))
  }

  /// The map that a LoRA stands at.
  func linear(_ layer: Int, _ point: InsertionPoint) -> Linear {
    guard let linear = backbone.linear(at: InsertionSite(layer: layer, point: point)) else {
      preconditionFailure("layer \(layer) has no linear map '\(point.rawValue)'")
    }
    return linear
  }

  /// The module that holds the adapters of a site, the adapter's own name included.
  ///
  /// Linear maps hold LoRA in `loras`, the modules that end a block hold bottlenecks in `adapters`.
  func module(_ site: InsertionSite) -> String {
    guard let map = map(at: site) else {
      preconditionFailure("layer \(site.layer) has no module for '\(site.point.rawValue)'")
    }
    let path = task.encoderPrefix + map.weight.path.dropLast(".weight".count)
    switch site.point {
    case .attentionBlock, .feedForwardBlock:
      let block = path.split(separator: ".").dropLast().joined(separator: ".")
      return "\(block).adapters.\(Self.adapterName)"
    default:
      return "\(path).loras.\(Self.adapterName)"
    }
  }

  /// The module of a layer's attention without its output map.
  func attention(_ layer: Int) -> String {
    let path = task.encoderPrefix + linear(layer, .query).weight.path
    return path.split(separator: ".").dropLast(2).joined(separator: ".")
  }

  /// A module that all layers share.
  func shared(_ name: String) -> String {
    "\(task.encoderPrefix)\(name).\(Self.adapterName)"
  }
}
