import Foundation
import SearchSpaces

/// The space files of the project, over stand-ins for the methods that they name.
enum ShippedSpaces {
  static let names = ["autopeft", "lora-ranks", "quickstart", "s4"]
  static let backbone = BackboneShape(layers: 12, width: 64, feedForward: 256, heads: 4)

  static func space(_ name: String) throws -> SearchSpace {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../spaces/\(name).yaml").standardizedFileURL
    return try SearchSpace(
      contentsOf: file, name: "\(name).yaml", schemas: schemas, backbone: backbone)
  }

  /// AutoPEFT's modules of size 0 or 4 in pairs of layers.
  static func pairs() throws -> SearchSpace {
    try SearchSpace(
      yaml: """
        version: 1
        groups: {sizes: [2, 2, 2, 2, 2, 2]}
        tuned: {subset: groups, min: 1}
        tie: all
        methods:
          adapter: {placement: pfeiffer, bottleneck: {ordinal: [0, 4]}}
          parallel-adapter: {bottleneck: {ordinal: [0, 4]}}
          prefix: {length: {ordinal: [0, 4]}}
        each-group: [adapter, parallel-adapter, prefix]
        objectives: [score: max, published: min]
        """, file: "pairs.yaml", schemas: schemas, backbone: backbone)
  }

  private static let schemas = [
    schema(
      "adapter", size: "bottleneck",
      [
        ParameterSchema(
          "placement", .choice(["pfeiffer", "houlsby"]), default: .text("pfeiffer"), "")
      ]
    ) { instance, shape in
      let sites = instance.parameters["placement"] == .text("houlsby") ? 2 : 1
      return sites * bottleneck(instance, shape)
    },
    schema(
      "parallel-adapter", size: "bottleneck",
      [
        ParameterSchema(
          "placement", .choice(["feed-forward", "attention"]), default: .text("feed-forward"), ""),
        ParameterSchema("scale", .number(0.01...64), default: .number(4), ""),
      ], count: bottleneck),
    schema(
      "prefix", size: "length",
      [ParameterSchema("mlp-width", .integer(0...8192), default: .integer(0), "")]
    ) { instance, shape in 2 * TestSpaces.integer(instance, "length") * shape.width },
    schema(
      "lora", size: "rank",
      [
        ParameterSchema(
          "targets",
          .subset(["query", "key", "value", "output", "ffn-in", "ffn-out"], minimum: 1),
          default: .list(["query", "value"]), ""),
        ParameterSchema("alpha-ratio", .number(0.01...128), default: .number(1), ""),
      ]
    ) { instance, shape in
      guard case .list(let targets)? = instance.parameters["targets"] else { return 0 }
      return targets.reduce(0) { sum, target in
        let widths =
          target.hasPrefix("ffn") ? shape.width + shape.feedForward : 2 * shape.width
        return sum + TestSpaces.integer(instance, "rank") * widths
      }
    },
    schema("bitfit", size: nil, []) { _, shape in 7 * shape.width + shape.feedForward },
  ]

  private static func bottleneck(_ instance: MethodInstance, _ shape: BackboneShape) -> Int {
    (2 * shape.width + 1) * TestSpaces.integer(instance, "bottleneck") + shape.width
  }

  private static func schema(
    _ name: String, size: String?, _ parameters: [ParameterSchema],
    count: @escaping @Sendable (MethodInstance, BackboneShape) -> Int
  ) -> MethodSchema {
    let sizes = size.map {
      [ParameterSchema($0, .integer(1...8192), default: .integer(8), "Size.")]
    }
    return TestSpaces.schema(name, size: size, (sizes ?? []) + parameters, count: count)
  }
}
