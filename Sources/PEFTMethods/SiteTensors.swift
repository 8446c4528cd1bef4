import LinearAlgebra
import NeuralNets
import TensorCore

/// Makes the tensors that a method adds at one site, with their names in files and initial draws.
///
/// A tensor is called `layer.I.SITE.LOCAL` and draws from `key.derived(I).derived("SITE.LOCAL")`.
struct SiteTensors {
  let site: InsertionSite
  private let key: RandomKey

  /// - Parameter key: the stream of initial values that `PEFTMethod.attach` is given.
  init(_ site: InsertionSite, key: RandomKey) {
    self.site = site
    self.key = key.derived(site.layer)
  }

  /// The name in files of a tensor, or of a place that draws noise.
  func name(_ local: String) -> String {
    tensorName(layer: site.layer, "\(site.point.rawValue).\(local)")
  }

  /// The stream of the initial draws of a tensor.
  func key(of local: String) -> RandomKey { key.derived("\(site.point.rawValue).\(local)") }

  func trained(_ local: String, _ shape: Shape, _ start: Initialisation) -> Parameter {
    Parameter.trained(name(local), shape: shape, start, key: key(of: local))
  }

  func trained(_ local: String, _ shape: Shape, values: [Float]) -> Parameter {
    let parameter = Parameter(path: name(local), shape: shape, values: values)
    parameter.makeTrainable()
    return parameter
  }
}

extension Attachment {
  /// Puts one adapter on each target map of each layer and records its tensors.
  ///
  /// - Parameters:
  ///   - learningRateFactor: of each of an adapter's tensors.
  ///   - make: the adapter of one map; every parameter of it must belong to this map alone.
  mutating func adaptMaps(
    _ targets: [LinearTarget], layers: [Int], method: String, host: any AdapterHost,
    learningRate: Double?, key: RandomKey, learningRateFactor: (Parameter) -> Double = { _ in 1 },
    make: (Linear, SiteTensors) -> any LinearAdapter
  ) throws(MethodError) {
    for layer in layers {
      for target in targets {
        let site = InsertionSite(layer: layer, point: target.point)
        let adapter = make(
          try host.requireLinear(site, for: method), SiteTensors(site, key: key))
        host.attach(adapter, at: site)
        adapters.append(PlacedAdapter(method: method, site: site, adapter: adapter))
        for parameter in adapter.parameters {
          record(
            [parameter], kind: .added, method: method, learningRate: learningRate,
            learningRateFactor: learningRateFactor(parameter))
        }
      }
    }
  }
}

extension AdapterHost {
  /// The linear map at a site, refused where the layer does not offer it.
  func requireLinear(_ site: InsertionSite, for method: String) throws(MethodError) -> Linear {
    try requireSite(site, for: method)
    guard let linear = linear(at: site) else {
      throw .siteNotOffered(
        method: method, site: site,
        offered: insertionPoints(layer: site.layer).map(\.rawValue))
    }
    return linear
  }
}
