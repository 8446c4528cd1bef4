import Foundation

extension SearchSpace {
  /// Up to this many combinations are counted one by one where no formula applies.
  static let enumerationLimit = 200_000

  /// How many points the space has.
  ///
  /// `raw` is the product of the dimensions' numbers of values. `valid` is counted by a formula
  /// where decisions are independent (no budget, limit or clause), one by one where there are few,
  /// and not at all otherwise.
  public func cardinality() -> Cardinality {
    let counts = plan.hyperparameters.map(\.domain.rawCount)
    var raw: Int128? = 1
    var magnitude: Double? = 0
    for count in counts {
      raw = raw.flatMap { product in
        count.flatMap { Self.product(product, Int128($0)) }
      }
      magnitude = magnitude.flatMap { sum in count.map { sum + log10(Double($0)) } }
    }
    if let continuous = plan.hyperparameters.first(where: { $0.domain.rawCount == nil }) {
      return Cardinality(
        raw: raw, rawMagnitude: magnitude, valid: nil,
        reason: "'\(continuous.path)' is continuous")
    }
    if limits.isEmpty, plan.forbidden.isEmpty, plan.required.isEmpty, plan.budget == nil,
      claimsAreSilent, let valid = StructureCount(space: self)?.total()
    {
      return Cardinality(raw: raw, rawMagnitude: magnitude, valid: valid, reason: nil)
    }
    if let raw, raw <= Int128(Self.enumerationLimit),
      let points = allPoints(limit: Self.enumerationLimit)
    {
      return Cardinality(
        raw: raw, rawMagnitude: magnitude, valid: Int128(points.count), reason: nil)
    }
    let reason =
      raw == nil
      ? "the number has more than 38 digits"
      : "a budget, clauses or decisions that depend on each other are counted one by one, up to "
        + "\(Self.enumerationLimit) combinations"
    return Cardinality(raw: raw, rawMagnitude: magnitude, valid: nil, reason: reason)
  }

  /// Every point that is a candidate, in a fixed order; nil where there are more than `limit` or a
  /// decision is continuous.
  public func allPoints(limit: Int) -> [SearchPoint]? {
    var points: [SearchPoint] = []
    var seen: Set<SearchPoint> = []
    var open: [[ParameterValue?]] = [Array(repeating: nil, count: plan.hyperparameters.count)]
    var visits = 0
    while let given = open.popLast() {
      visits += 1
      if visits > 64 * (limit + 16) { return nil }
      do throws(Infeasibility) {
        var resolution = try resolve(given, completing: false)
        let candidate = try assemble(&resolution)
        if seen.insert(candidate.point).inserted { points.append(candidate.point) }
        if points.count > limit { return nil }
      } catch {
        guard case .missing(let path) = error, let index = indexOfPath[path] else { continue }
        guard let values = plan.hyperparameters[index].domain.allValues else { return nil }
        for value in values.reversed() {
          var next = given
          next[index] = value
          open.append(next)
        }
      }
    }
    return points
  }

  /// Whether no two methods that may meet rewrite weights.
  private var claimsAreSilent: Bool {
    ([plan.model].compactMap { $0 } + plan.groups).allSatisfy { group in
      group.methods.count { method in
        !method.schema.claims(MethodInstance(method.name, method.base), backbone).isEmpty
      } <= 1
    }
  }

  static func product(_ a: Int128, _ b: Int128) -> Int128? {
    let (value, overflow) = a.multipliedReportingOverflow(by: b)
    return overflow ? nil : value
  }
}
