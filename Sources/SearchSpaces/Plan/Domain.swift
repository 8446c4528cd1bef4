/// The values that one hyper-parameter may take.
enum Domain: Sendable, Equatable {
  /// Whole numbers; `log` spaces them evenly on a logarithmic axis.
  case integer(ClosedRange<Int>, log: Bool)
  /// Real numbers, kept to six significant digits; `log` as for integers.
  case number(ClosedRange<Double>, log: Bool)
  /// Values with an order.
  case ordinal([ParameterValue])
  /// Values without an order.
  case choice([ParameterValue])
  /// Lists of layer counts, one per group (`1-4-4-3`), without an order.
  case compositions([[Int]])
  /// Subsets of names with a number of members inside `counts`. `ordered` members are encoded as
  /// two-level ordered numbers (AutoPEFT's layer mask), the others as unordered pairs.
  case subset([String], counts: ClosedRange<Int>, ordered: Bool)

  /// Whether a value lies in the domain.
  func contains(_ value: ParameterValue) -> Bool {
    switch self {
    case .integer(let range, _): value.asInteger.map(range.contains) ?? false
    case .number(let range, _): value.asNumber.map(range.contains) ?? false
    case .ordinal(let values), .choice(let values): values.contains(value)
    case .compositions(let lists):
      value.asText.map { text in lists.contains { Self.name(of: $0) == text } } ?? false
    case .subset(let names, let counts, _):
      value.asList.map { counts.contains($0.count) && $0 == names.filter($0.contains) } ?? false
    }
  }

  /// The number of values, nil where it is not finite.
  ///
  /// Subsets count all 2ⁿ, whatever their bounds.
  var rawCount: Int? {
    switch self {
    case .integer(let range, _): range.count
    case .number: nil
    case .ordinal(let values), .choice(let values): values.count
    case .compositions(let lists): lists.count
    case .subset(let names, _, _): names.count < 62 ? 1 << names.count : nil
    }
  }

  /// The number of values that obey the subset's bounds too; nil where it is not finite.
  var validCount: Int? {
    guard case .subset(let names, let counts, _) = self else { return rawCount }
    guard names.count < 62 else { return nil }
    return SubsetLaw(size: names.count, counts: counts).total
  }

  /// All values, for domains with a finite number of them.
  var allValues: [ParameterValue]? {
    switch self {
    case .integer(let range, _): range.count <= 1_000_000 ? range.map { .integer($0) } : nil
    case .number: nil
    case .ordinal(let values), .choice(let values): values
    case .compositions(let lists): lists.map { .text(Self.name(of: $0)) }
    case .subset(let names, let counts, _):
      names.count > 20
        ? nil
        : (0..<(1 << names.count)).compactMap { bits in
          counts.contains(bits.nonzeroBitCount)
            ? .list(names.indices.filter { bits >> $0 & 1 == 1 }.map { names[$0] }) : nil
        }
    }
  }

  /// The name of a list of group sizes inside a point, such as `2-4-4-2`.
  static func name(of sizes: [Int]) -> String {
    sizes.map(String.init).joined(separator: "-")
  }
}

/// One decision of a space: where its value stands in a point, and what it may be.
struct Hyperparameter: Sendable {
  /// The key in a `SearchPoint`, such as `group2.lora.rank`.
  let path: String
  let domain: Domain
  /// What a move that makes the decision active puts there.
  let defaultValue: ParameterValue
  /// The index of its first dimension; a subset has one dimension for each member.
  let firstDimension: Int
  let dimensionCount: Int
}
