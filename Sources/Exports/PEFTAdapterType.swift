import Checkpoints
import LinearAlgebra
import NeuralNets
import TensorCore

/// One adapted module as Hugging Face PEFT names it.
struct PEFTModule {
  /// The path inside the task class, such as `bert.encoder.layer.0.attention.self.query`.
  let path: String
  let form: CanonicalForm
  let inputWidth: Int
  let outputWidth: Int
}

/// What one `peft_type` of PEFT writes for its modules, and how it computes with what it reads.
protocol PEFTAdapterType: Sendable {
  /// `peft_type`.
  static var name: String { get }
  /// Whether the type has a module of this form.
  static func holds(_ form: CanonicalForm) -> Bool
  /// Why modules of this form cannot share one configuration; nil where they can.
  static func refusal(_ modules: [PEFTModule]) -> String?
  /// The type's own fields of `adapter_config.json`.
  static func config(_ modules: [PEFTModule]) -> [String: ConfigValue]
  /// The tensors of all modules, each name with the wrapper's prefix.
  static func tensors(_ modules: [PEFTModule], wrapper: String) -> [NamedTensor]
  /// The module's weight [out, in] (and bias) under the type's own rule.
  static func adapted(_ map: inout AdaptedMap, _ file: PEFTFile) throws
}

extension PEFTAdapterType {
  static func refusal(_ modules: [PEFTModule]) -> String? { nil }
}

/// A frozen map whose weight a consumer's rule changes.
struct AdaptedMap {
  let path: String
  /// [out, in].
  var weight: Matrix
  var bias: [Double]?
}

/// A written adapter as its consumer opens it.
struct PEFTFile {
  let config: [String: ConfigValue]
  let reader: WeightReader
  let wrapper: String

  /// A tensor of a module as a matrix of its first extent's rows.
  func matrix(_ path: String, _ name: String) throws -> Matrix {
    try matrix("\(wrapper)\(path).\(name)")
  }

  func matrix(_ name: String) throws -> Matrix {
    let tensor = try reader.tensor(name)
    let rows = tensor.shape.first ?? 1
    let values = withExtendedLifetime(tensor.owner) { tensor.values.map(Double.init) }
    return Matrix(rows: rows, columns: values.count / max(rows, 1), values: values)
  }

  func contains(_ path: String, _ name: String) -> Bool {
    reader.contains("\(wrapper)\(path).\(name)")
  }

  /// A whole number or a real one of the configuration, or of a pattern for one module.
  func number(_ name: String, pattern: String? = nil, path: String = "") throws -> Double {
    let special = pattern.flatMap { config[$0]?["^\(path)"]?.asNumber }
    guard let value = special ?? config[name]?.asNumber else {
      throw ExportError.damaged(
        file: reader.path, reason: "adapter_config.json has no number '\(name)'")
    }
    return value
  }
}

extension PEFTModule {
  /// A tensor of this module under its name in files.
  func tensor(_ name: String, _ shape: [Int], _ values: [Float], wrapper: String) -> NamedTensor {
    NamedTensor(name: "\(wrapper)\(path).\(name)", shape: shape, values: values)
  }

  /// Both factors of a product as PEFT names them: `NAME_a` is B [out, R] and `NAME_b` is A [R, in].
  func tensors(
    _ name: String, of pair: CanonicalForm.LowRankPair, wrapper: String
  ) -> [NamedTensor] {
    [
      tensor("\(name)_a", [pair.outputWidth, pair.rank], pair.b, wrapper: wrapper),
      tensor("\(name)_b", [pair.rank, pair.inputWidth], pair.a, wrapper: wrapper),
    ]
  }
}

/// Ranks and alphas of modules: one for all, and patterns of anchored full paths for the others.
struct RankPatterns {
  let rank: Int
  let alpha: Double
  private(set) var ranks: [String: ConfigValue] = [:]
  private(set) var alphas: [String: ConfigValue] = [:]

  /// - Parameter modules: the path, rank and alpha of each; the commonest rank stands for all.
  init(_ modules: [(path: String, rank: Int, alpha: Double)]) {
    let counts = Dictionary(grouping: modules, by: \.rank).mapValues(\.count)
    rank = counts.max { ($0.value, -$0.key) < ($1.value, -$1.key) }?.key ?? 1
    let common = rank
    alpha = modules.first { $0.rank == common }?.alpha ?? Double(common)
    for module in modules {
      if module.rank != rank { ranks["^\(module.path)"] = .integer(module.rank) }
      if module.alpha != alpha { alphas["^\(module.path)"] = .number(module.alpha) }
    }
  }

  /// The fields that LORA, LOHA and LOKR share, the alpha under its own name.
  func fields(alpha name: String) -> [String: ConfigValue] {
    [
      "r": .integer(rank), name: .number(alpha), "rank_pattern": .map(ranks),
      "alpha_pattern": .map(alphas),
    ]
  }
}

extension Matrix {
  /// W ← W + s · Δ.
  mutating func add(_ delta: Matrix, scale: Double) {
    for index in values.indices { values[index] += scale * delta.values[index] }
  }

  /// The first columns.
  func columns(_ count: Int) -> Matrix {
    Matrix(
      rows: rows, columns: count, values: (0..<rows).flatMap { row($0).prefix(count) })
  }

  /// The first rows.
  func rows(_ count: Int) -> Matrix {
    Matrix(rows: count, columns: columns, values: Array(values.prefix(count * columns)))
  }

  /// Every row times a number of its own.
  func scalingRows(_ factors: [Double]) -> Matrix {
    Matrix(
      rows: rows, columns: columns,
      values: values.enumerated().map { $1 * factors[$0 / columns] })
  }
}
