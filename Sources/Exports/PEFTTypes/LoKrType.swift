import Checkpoints
import LinearAlgebra
import NeuralNets

/// `LOKR`: W + (alpha / r) · w1 ⊗ w2, each factor whole or a product of two.
///
/// The extents of the factors are not in the file: the loader derives them from the module's and
/// from `decompose_factor`, and which factors are products from r. Reference: huggingface/peft
/// src/peft/tuners/lokr/layer.py (`factorization`, `create_adapter_parameters`).
enum LoKrType: PEFTAdapterType {
  static let name = "LOKR"

  static func holds(_ form: CanonicalForm) -> Bool {
    if case .kronecker = form { return true }
    return false
  }

  /// What the loader decides for all modules.
  private struct Settings: Hashable {
    let factor: Int
    let decomposesBoth: Bool
  }

  private struct Parts {
    let outer: CanonicalForm.KroneckerFactor
    let inner: CanonicalForm.KroneckerFactor
    let scale: Float
  }

  private static func parts(_ module: PEFTModule) -> Parts {
    guard case .kronecker(let outer, let inner, let scale) = module.form else {
      preconditionFailure("LOKR holds Kronecker products only")
    }
    return Parts(outer: outer, inner: inner, scale: scale)
  }

  /// The r that makes a loader choose the module's own kinds of factors.
  private static func rank(_ module: PEFTModule) -> Int {
    let parts = parts(module)
    return parts.inner.rank ?? parts.outer.rank
      ?? (max(parts.inner.rows, parts.inner.columns) + 1) / 2
  }

  /// Whether a loader with these settings makes factors of the module's kinds and extents.
  private static func fits(_ module: PEFTModule, _ settings: Settings) -> Bool {
    let parts = parts(module)
    let (outerRows, innerRows) = split(module.outputWidth, factor: settings.factor)
    let (outerColumns, innerColumns) = split(module.inputWidth, factor: settings.factor)
    let rank = rank(module)
    let isInnerProduct = 2 * rank < max(innerRows, innerColumns)
    let isOuterProduct =
      settings.decomposesBoth && 2 * rank < max(outerRows, outerColumns)
    return parts.outer.rows == outerRows && parts.outer.columns == outerColumns
      && parts.inner.rows == innerRows && parts.inner.columns == innerColumns
      && (parts.inner.rank != nil) == isInnerProduct
      && (parts.outer.rank != nil) == isOuterProduct
  }

  /// The loader's rule: (factor, extent / factor) where that divides, else the most square pair
  /// whose smaller number is at most the factor.
  static func split(_ extent: Int, factor: Int) -> (Int, Int) {
    if factor > 0, extent % factor == 0 { return (factor, extent / factor) }
    let limit = factor > 0 ? factor : extent
    let small = (1...max(1, extent)).last {
      $0 * $0 <= extent && $0 <= limit && extent % $0 == 0
    }
    return (small ?? 1, extent / (small ?? 1))
  }

  private static func settings(_ modules: [PEFTModule]) -> Settings? {
    let factors = [-1] + Set(modules.map { parts($0).outer.rows }).sorted()
    let all = factors.flatMap { factor in
      [false, true].map { Settings(factor: factor, decomposesBoth: $0) }
    }
    return all.first { settings in modules.allSatisfy { fits($0, settings) } }
  }

  static func refusal(_ modules: [PEFTModule]) -> String? {
    settings(modules) == nil
      ? "one LOKR adapter splits all its modules by one factor, and these are split by several."
      : nil
  }

  static func config(_ modules: [PEFTModule]) -> [String: ConfigValue] {
    let patterns = RankPatterns(
      modules.map {
        (path: $0.path, rank: rank($0), alpha: Double(parts($0).scale) * Double(rank($0)))
      })
    let settings = settings(modules)
    var fields = patterns.fields(alpha: "alpha")
    fields["decompose_both"] = .flag(settings?.decomposesBoth ?? false)
    fields["decompose_factor"] = .integer(settings?.factor ?? -1)
    fields["rank_dropout"] = .number(0)
    fields["module_dropout"] = .number(0)
    fields["rank_dropout_scale"] = .flag(false)
    fields["init_weights"] = .flag(true)
    fields["target_modules"] = .texts(modules.map(\.path))
    return fields
  }

  static func tensors(_ modules: [PEFTModule], wrapper: String) -> [NamedTensor] {
    var tensors: [NamedTensor] = []
    for module in modules {
      let parts = parts(module)
      for (name, factor) in [("lokr_w1", parts.outer), ("lokr_w2", parts.inner)] {
        switch factor {
        case .full(let values, let rows, let columns):
          tensors.append(module.tensor(name, [rows, columns], values, wrapper: wrapper))
        case .lowRank(let pair):
          tensors += module.tensors(name, of: pair, wrapper: wrapper)
        }
      }
    }
    return tensors
  }

  static func adapted(_ map: inout AdaptedMap, _ file: PEFTFile) throws {
    let path = map.path
    let rank = try file.number("r", pattern: "rank_pattern", path: path)
    let alpha = try file.number("alpha", pattern: "alpha_pattern", path: path)
    func factor(_ name: String) throws -> Matrix {
      guard !file.contains(path, name) else { return try file.matrix(path, name) }
      return Matrix.product(
        try file.matrix(path, "\(name)_a"), try file.matrix(path, "\(name)_b"))
    }
    let (outer, inner) = (try factor("lokr_w1"), try factor("lokr_w2"))
    var delta = Matrix(rows: map.weight.rows, columns: map.weight.columns)
    for row in 0..<delta.rows {
      for column in 0..<delta.columns {
        delta[row, column] =
          outer[row / inner.rows, column / inner.columns]
          * inner[row % inner.rows, column % inner.columns]
      }
    }
    map.weight.add(delta, scale: alpha / rank)
  }
}

extension CanonicalForm.KroneckerFactor {
  fileprivate var rows: Int {
    switch self {
    case .full(_, let rows, _): rows
    case .lowRank(let pair): pair.outputWidth
    }
  }

  fileprivate var columns: Int {
    switch self {
    case .full(_, _, let columns): columns
    case .lowRank(let pair): pair.inputWidth
    }
  }

  /// The rank of a product; nil for a whole matrix.
  fileprivate var rank: Int? {
    guard case .lowRank(let pair) = self else { return nil }
    return pair.rank
  }
}
