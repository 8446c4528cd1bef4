public import LinearAlgebra
public import SearchSpaces

/// What a search space is, as tables.
public enum SpaceTable {
  /// One row a dimension of the encoded space.
  public static func decisions(_ space: SearchSpace) -> Table {
    var table = Table(columns: ["dimension", "kind", "values"])
    for dimension in space.dimensions {
      switch dimension.kind {
      case .ordered(let levels):
        table.append([
          .text(dimension.path), .text("ordered"),
          levels.map { .integer($0) } ?? .text("continuous"),
        ])
      case .unordered(let choices):
        table.append([.text(dimension.path), .text("unordered"), .integer(choices)])
      }
    }
    return table
  }

  /// All combinations and the valid points.
  public static func cardinality(_ cardinality: Cardinality) -> Table {
    var table = Table(columns: ["raw", "valid", "log10_raw", "reason"])
    table.append([
      whole(cardinality.raw), whole(cardinality.valid),
      .number(cardinality.rawMagnitude, digits: 2),
      cardinality.reason.map { .text($0) } ?? .missing,
    ])
    return table
  }

  /// What share of random points is feasible, and what keeps the others from it.
  public static func summary(_ survey: FeasibilitySurvey) -> String {
    let head = "\(survey.feasible) of \(survey.draws) random points are feasible."
    return ([head] + survey.reasons.map { "  \($0.count) \($0.reason): \($0.example)" })
      .joined(separator: "\n")
  }

  /// A number of points; above 2⁶³ as text, which JSON readers would round otherwise.
  private static func whole(_ count: Int128?) -> Table.Cell {
    guard let count else { return .missing }
    return Int(exactly: count).map { .integer($0) } ?? .text("\(count)")
  }

  /// A candidate drawn by rejection.
  ///
  /// - Throws: the last `Infeasibility` where 10,000 draws find none.
  public static func sample(
    _ space: SearchSpace, using random: inout CounterRandom
  ) throws(Infeasibility) -> Candidate {
    var last = Infeasibility.nothingTuned
    for _ in 0..<10_000 {
      do throws(Infeasibility) {
        return try space.candidate(at: space.sample(using: &random))
      } catch {
        last = error
      }
    }
    throw last
  }

  /// One row a candidate.
  public static func samples(_ candidates: [Candidate], for format: Table.Format) throws -> Table {
    var table = Table(columns: [
      "parameters", "trained", "optimizer_bytes", "flops_per_token", "budget_use", "configuration",
    ])
    for candidate in candidates {
      let costs = candidate.costs
      let configuration =
        format == .table
        ? candidate.configuration.digest : candidate.configuration.canonicalText
      table.append([
        .integer(costs.parameters.deployed), .integer(costs.parameters.trained),
        .integer(costs.optimizerBytes), .integer(costs.flopsPerToken),
        .number(candidate.budgetUse, digits: 3), .text(configuration),
      ])
    }
    return table
  }

  /// The layer patterns for one number of layers and groups.
  public static func patterns(_ patterns: PatternTable) -> Table {
    func text(_ sizes: [Int]) -> String { sizes.map(String.init).joined(separator: ",") }
    var table = Table(columns: ["pattern", "count", "canonical", "sizes", "note"])
    table.append([
      .text("all"), patterns.compositions.map { .integer($0) } ?? .missing, .missing, .missing,
      .missing,
    ])
    for row in patterns.rows {
      table.append([
        .text(row.pattern.rawValue), row.count.map { .integer($0) } ?? .missing,
        row.canonical.map { .text(text($0)) } ?? .missing,
        row.sizes.map { .text($0.map(text).joined(separator: " ")) } ?? .missing,
        row.problem.map { .text($0) } ?? .missing,
      ])
    }
    return table
  }
}
