public import TensorCore

/// The side of a backbone that PEFT methods see: sites to attach to and parameters to unfreeze.
public protocol AdapterHost: AnyObject {
  /// L, the number of layers.
  var layerCount: Int { get }
  /// D, the hidden width.
  var width: Int { get }
  /// H, the number of attention heads.
  var headCount: Int { get }
  /// The largest number of tokens of a text: the positions less those that adapters take.
  var maximumLength: Int { get }

  /// The sites that a layer offers.
  func insertionPoints(layer: Int) -> [InsertionPoint]
  /// The frozen linear map at a site; nil where the site is not a linear map.
  func linear(at site: InsertionSite) -> Linear?

  func attach(_ adapter: any LinearAdapter, at site: InsertionSite)
  func attach(_ adapter: any HiddenAdapter, at site: InsertionSite)
  /// Whether an exclusive site has its adapter: at most one may own the attention of a layer.
  func isTaken(_ site: InsertionSite) -> Bool
  /// - Precondition: the site is not taken.
  func attach(_ adapter: any AttentionAdapter, at site: InsertionSite)
  /// Rows of several adapters follow each other in the order of attachment.
  func attach(_ adapter: any EmbeddingAdapter, at site: InsertionSite)
  /// Deltas of several adapters read the same states, so that their order does not matter.
  func attach(_ adapter: any InputAdapter, at site: InsertionSite)
  /// - Precondition: the layer offers the site and it is not taken.
  func attach(_ adapter: any LayerAdapter, at site: InsertionSite)

  /// The backbone's own parameters of one layer, or those outside all layers for nil
  /// (embeddings, their norm, the pooler), in checkpoint order.
  func parameters(layer: Int?) -> [HostParameter]
}

extension AdapterHost {
  /// For backbones without layers that take one.
  public func attach(_ adapter: any LayerAdapter, at site: InsertionSite) {
    preconditionFailure(
      "attach: layer \(site.layer) does not offer '\(site.point.rawValue)' to a layer adapter")
  }
}

/// One of the backbone's own parameters, named by what it is.
public struct HostParameter {
  /// What kind of tensor it is, the same word in every architecture.
  public enum Role: String, Sendable, Codable {
    case weight
    case bias
    case normScale
    case normShift
    case embedding
  }

  /// The architecture-independent name inside its layer, such as `query.bias`,
  /// `attention-norm.shift`, `feed-forward-in.weight`; outside layers `embeddings.word`,
  /// `embeddings-norm.shift`, `pooler.bias`.
  public let name: String
  public let role: Role
  public let parameter: Parameter

  public init(name: String, role: Role, parameter: Parameter) {
    self.name = name
    self.role = role
    self.parameter = parameter
  }
}
