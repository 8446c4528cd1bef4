import SearchSpaces

/// Sizes of AutoPEFT's three modules, equal in all active layers, and those layers.
struct AutoPEFTShape: Hashable {
  var serial = 0
  var parallel = 0
  var prefix = 0
  var active: [Bool]

  init(serial: Int = 0, parallel: Int = 0, prefix: Int = 0, active: [Bool]) {
    self.serial = serial
    self.parallel = parallel
    self.prefix = prefix
    self.active = active
  }

  init(of configuration: PEFTConfiguration) {
    let layers = configuration.layers
    active = layers.map { !$0.isEmpty }
    for method in layers.first(where: { !$0.isEmpty }) ?? [] {
      let size =
        (method.parameters["bottleneck"] ?? method.parameters["length"])?.asInteger ?? 0
      switch method.name {
      case "adapter": serial = size
      case "parallel-adapter": parallel = size
      default: prefix = size
      }
    }
  }

  /// 2 · width · layers · (serial + parallel + prefix), as the paper counts.
  func parameters(width: Int) -> Int {
    2 * width * active.count { $0 } * (serial + parallel + prefix)
  }
}
