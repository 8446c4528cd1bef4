/// Solves the sizes that a space file leaves to the budget (`fill`).
///
/// One layer's share b is given. First the methods of fixed size are paid; the rest is shared
/// equally among the filled methods; each takes the largest size whose count fits its part, at
/// least 1; then, as long as one step of size fits into what is left, the method whose next step is
/// the largest takes it (ties: the first name).
///
/// Counts grow with the size (checked by the schemas' laws) and are, for all shipped methods,
/// affine in it: then the size is solved in closed form, else by bisection.
///
/// Reference: S4's own rule is not published; this rule reproduces the sizes and counts that its
/// 0.5 % budget gives for one to three of its methods.
struct BudgetFill {
  /// count(s) = base + step · s.
  struct Line: Hashable, Sendable {
    let base: Int
    let step: Int
  }

  /// Parameters as a function of the size of one method instance.
  struct Curve {
    let schema: MethodSchema
    let instance: MethodInstance
    let sizeName: String
    let largest: Int
    private let measure: BudgetPlan.Measure
    private let backbone: BackboneShape
    /// Where the counts are affine in the size.
    private let line: Line?

    /// nil for a method without a size parameter of whole numbers.
    init?(_ member: Resolution.Member, measure: BudgetPlan.Measure, model: CostModel) {
      let schema = member.schema
      guard let sizeName = schema.sizeParameter,
        let parameter = schema.parameters.first(where: { $0.name == sizeName }),
        case .integer(let range) = parameter.kind, range.upperBound >= 1
      else { return nil }
      self.schema = schema
      self.instance = member.instance
      self.sizeName = sizeName
      self.measure = measure
      self.backbone = model.backbone
      self.largest = range.upperBound
      line = model.line(of: member.instance, measure: measure) {
        Self.lines(
          schema, member.instance, sizeName, largest: range.upperBound, on: model.backbone)
      }
    }

    /// For each measure the line through sizes 1 and 2, where the largest size lies on it too.
    private static func lines(
      _ schema: MethodSchema, _ instance: MethodInstance, _ sizeName: String, largest: Int,
      on backbone: BackboneShape
    ) -> [Line?] {
      func counts(_ size: Int) -> ParameterCounts {
        var sized = instance
        sized.parameters[sizeName] = .integer(size)
        return schema.parameterCounts(sized, backbone)
      }
      let (one, two, last) = (counts(1), counts(min(2, largest)), counts(largest))
      return BudgetPlan.Measure.allCases.map { measure in
        let step = measure(two) - measure(one)
        let isAffine = measure(last) == measure(one) + step * (largest - 1)
        return isAffine && step >= 0 ? Line(base: measure(one) - step, step: step) : nil
      }
    }

    func count(_ size: Int) -> Int {
      if let line { return line.base + line.step * size }
      return measure(schema.parameterCounts(sized(size), backbone))
    }

    func sized(_ size: Int) -> MethodInstance {
      var sized = instance
      sized.parameters[sizeName] = .integer(size)
      return sized
    }

    /// The largest size from 1 on whose count is at most `part`; 1 where none is.
    func size(for part: Int) -> Int {
      if let line, line.step > 0 { return min(largest, max(1, (part - line.base) / line.step)) }
      var low = 1
      var high = largest
      while low < high {
        let middle = low + (high - low + 1) / 2
        if count(middle) <= part { low = middle } else { high = middle - 1 }
      }
      return low
    }
  }

  let curves: [Curve]
  /// What the methods of fixed size take.
  let fixedCount: Int

  /// The sizes for a share, one for each curve; nil where even size 1 does not fit.
  func sizes(share: Int) -> [Int]? {
    guard !curves.isEmpty else { return [] }
    let part = max(0, share - fixedCount) / curves.count
    var sizes = curves.map { $0.size(for: part) }
    var left = share - count(sizes)
    while left < 0 {
      // A method that was lifted to size 1 costs more than its part: the largest gives way.
      guard let index = sizes.indices.filter({ sizes[$0] > 1 }).max(by: { sizes[$0] < sizes[$1] })
      else { return nil }
      left += curves[index].count(sizes[index]) - curves[index].count(sizes[index] - 1)
      sizes[index] -= 1
    }
    while let index = largestStep(from: sizes, within: left) {
      left -= curves[index].count(sizes[index] + 1) - curves[index].count(sizes[index])
      sizes[index] += 1
    }
    return sizes
  }

  /// All parameters of the layer at these sizes.
  func count(_ sizes: [Int]) -> Int {
    zip(curves, sizes).reduce(fixedCount) { $0 + $1.0.count($1.1) }
  }

  private func largestStep(from sizes: [Int], within left: Int) -> Int? {
    var best: (index: Int, step: Int)?
    for index in curves.indices where sizes[index] < curves[index].largest {
      let step = curves[index].count(sizes[index] + 1) - curves[index].count(sizes[index])
      if step > 0, step <= left, step > best?.step ?? 0 { best = (index, step) }
    }
    return best?.index
  }
}
