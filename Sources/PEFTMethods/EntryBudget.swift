import NeuralNets
import SearchSpaces

/// How many entries of some maps are kept: R · (in + out) for each, at most all.
struct EntryBudget {
  /// R.
  let rank: Int
  let targets: [LinearTarget]

  func count(inputs: Int, outputs: Int) -> Int { min(rank * (inputs + outputs), inputs * outputs) }

  func count(of linear: Linear) -> Int {
    count(inputs: linear.inputWidth, outputs: linear.outputWidth)
  }

  /// Of all targets of one layer.
  func count(_ shape: BackboneShape) -> Int {
    targets.reduce(0) { $0 + count(inputs: $1.input(shape), outputs: $1.output(shape)) }
  }

  /// The maps of some layers, layer by layer, and their sites.
  func maps(
    of host: any AdapterHost, layers: [Int], method: String
  ) throws(MethodError) -> (sites: [InsertionSite], maps: [Linear]) {
    let sites = layers.flatMap { layer in
      targets.map { InsertionSite(layer: layer, point: $0.point) }
    }
    var maps: [Linear] = []
    for site in sites { maps.append(try host.requireLinear(site, for: method)) }
    return (sites, maps)
  }

  static func parameter(_ reason: String) -> ParameterSchema {
    ParameterSchema(
      "rank-equivalent", .integer(1...8192), default: .integer(2),
      "R, which keeps R·(in + out) entries for each target, as many numbers as a LoRA of rank R "
        + "has. \(reason)")
  }
}
