/// What `autopeft space` prints, as JSON with keys in a fixed order.
extension PatternTable {
  public var json: JSONText {
    .object([
      ("layers", .integer(layers)), ("groups", .integer(groups)),
      ("compositions", compositions.map { .integer($0) } ?? .null),
      ("balanced", balanced.map { .integer($0) } ?? .null),
      ("patterns", .array(rows.map(\.json))),
    ])
  }
}

extension PatternTable.Row {
  public var json: JSONText {
    .object([
      ("pattern", .string(pattern.rawValue)), ("count", count.map { .integer($0) } ?? .null),
      ("canonical", canonical.map(Self.list) ?? .null),
      ("sizes", sizes.map { .array($0.map(Self.list)) } ?? .null),
      ("problem", problem.map { .string($0) } ?? .null),
    ])
  }

  private static func list(_ sizes: [Int]) -> JSONText { .array(sizes.map { .integer($0) }) }
}

extension Cardinality {
  public var json: JSONText {
    .object([
      ("raw", raw.map { .wide($0) } ?? .null),
      ("raw-log10", rawMagnitude.map { .number(($0 * 1e6).rounded() / 1e6) } ?? .null),
      ("valid", valid.map { .wide($0) } ?? .null), ("reason", reason.map { .string($0) } ?? .null),
    ])
  }
}

extension TrialCosts {
  public var json: JSONText {
    .object(CostName.allCases.map { ($0.rawValue, .integer($0.value(in: self))) })
  }
}

extension MethodInstance {
  /// The parameters by name, in alphabetical order.
  public var json: JSONText {
    .object(parameters.sorted { $0.key < $1.key }.map { ($0.key, $0.value.json) })
  }
}

extension PEFTConfiguration {
  /// The canonical form, with the keys of a configuration file.
  public var json: JSONText {
    let canonical = canonical
    func methods(_ instances: [MethodInstance]) -> JSONText {
      .object(instances.map { ($0.name, $0.json) })
    }
    return .object([
      (
        "groups",
        .array(
          canonical.groups.map { group in
            .object([("layers", .integer(group.layers)), ("methods", methods(group.methods))])
          })
      ),
      ("model", methods(canonical.model)),
      (
        "training",
        .object(TrainingKey.allCases.map { ($0.rawValue, $0.value(in: canonical.training).json) })
      ),
    ])
  }
}

extension Candidate {
  /// The point, the configuration with its identity, and the costs.
  public var json: JSONText {
    .object([
      ("identity", .string(configuration.identity)),
      ("point", .object(point.sorted { $0.key < $1.key }.map { ($0.key, $0.value.json) })),
      ("configuration", configuration.json), ("costs", costs.json),
      ("budget-use", budgetUse.map { .number($0) } ?? .null),
    ])
  }
}

extension SearchSpace {
  /// One decision of the space, for listings.
  public struct Decision: Hashable, Sendable {
    /// The key in a point.
    public let path: String
    /// int, float, ordinal, choice or subset.
    public let kind: String
    /// The values in words, such as `1 … 64 (log)` or `relu, gelu`.
    public let values: String
    /// What a move that makes the decision active puts there.
    public let defaultValue: String
  }

  /// The decisions in the order of the encoding.
  public var decisions: [Decision] {
    plan.hyperparameters.map { parameter in
      Decision(
        path: parameter.path, kind: parameter.domain.kindName, values: parameter.domain.listing,
        defaultValue: parameter.defaultValue.description)
    }
  }

  /// What `autopeft space check` reports of a valid file.
  public func checkReport() -> JSONText {
    .object([
      ("file", .string(file)), ("description", summary.map { .string($0) } ?? .null),
      ("decisions", .array(decisions.map(\.json))), ("dimensions", .integer(dimensions.count)),
      (
        "limits",
        .object(limits.map { ($0.cost.rawValue, .integer($0.limit)) })
      ),
      ("objectives", .array(objectives.map(\.json))),
      ("references", .flag(usesReferences)), ("start", .integer(start.count)),
      ("seeds", .integer(seeds)), ("strategy", strategyName.map { .string($0) } ?? .null),
    ])
  }

  /// Candidates drawn uniformly over the decisions, infeasible draws left out.
  ///
  /// - Parameter attempts: draws after which fewer candidates are returned.
  public func sampleCandidates(
    count: Int, attempts: Int = 10_000, using generator: inout some RandomNumberGenerator
  ) -> [Candidate] {
    var candidates: [Candidate] = []
    for _ in 0..<max(attempts, count) where candidates.count < count {
      do throws(Infeasibility) {
        candidates.append(try candidate(at: sample(using: &generator)))
      } catch {
        continue
      }
    }
    return candidates
  }
}

extension SearchSpace.Decision {
  fileprivate var json: JSONText {
    .object([
      ("path", .string(path)), ("kind", .string(kind)), ("values", .string(values)),
      ("default", .string(defaultValue)),
    ])
  }
}

extension Objective {
  fileprivate var json: JSONText {
    let name =
      switch quantity {
      case .score: "score"
      case .cost(let cost): cost.rawValue
      }
    return .object([(name, .string(direction.rawValue))])
  }
}

extension Domain {
  fileprivate var kindName: String {
    switch self {
    case .integer: "int"
    case .number: "float"
    case .ordinal: "ordinal"
    case .choice, .compositions: "choice"
    case .subset: "subset"
    }
  }

  fileprivate var listing: String {
    switch self {
    case .integer(let range, let log):
      return "\(range.lowerBound) … \(range.upperBound)\(log ? " (log)" : "")"
    case .number(let range, let log):
      return "\(ParameterValue.number(range.lowerBound)) … "
        + "\(ParameterValue.number(range.upperBound))\(log ? " (log)" : "")"
    case .ordinal(let values), .choice(let values):
      return values.map(\.description).joined(separator: ", ")
    case .compositions(let lists):
      let names = lists.prefix(12).map { Domain.name(of: $0) }.joined(separator: ", ")
      return lists.count > 12 ? "\(names), … (\(lists.count))" : names
    case .subset(let names, let counts, _):
      return "\(counts.lowerBound) to \(counts.upperBound) of \(names.joined(separator: ", "))"
    }
  }
}
