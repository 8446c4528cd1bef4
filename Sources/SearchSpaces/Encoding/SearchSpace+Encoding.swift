extension SearchSpace {
  /// A canonical point as numbers.
  ///
  /// Ordered decisions become their place in [0, 1], unordered ones an index; a subset becomes one
  /// number a member. Inactive dimensions hold 0.5 or index 0.
  public func encode(_ point: SearchPoint) -> EncodedPoint {
    var values: [Double] = []
    var isActive: [Bool] = []
    values.reserveCapacity(dimensions.count)
    isActive.reserveCapacity(dimensions.count)
    for parameter in plan.hyperparameters {
      let value = point[parameter.path]
      switch parameter.domain {
      case .integer, .number, .ordinal:
        values.append(value.flatMap(parameter.domain.unit) ?? 0.5)
      case .choice(let choices):
        values.append(Double(value.flatMap(choices.firstIndex) ?? 0))
      case .compositions(let lists):
        let name = value?.asText
        values.append(Double(lists.firstIndex { Domain.name(of: $0) == name } ?? 0))
      case .subset(let names, _, let isOrdered):
        let members = value?.asList
        for name in names {
          let level = members?.contains(name) ?? false ? 1 : 0
          values.append(
            isOrdered
              ? (members == nil ? 0.5 : Domain.unit(level: level, of: 2)) : Double(level))
        }
      }
      for _ in 0..<parameter.dimensionCount { isActive.append(value != nil) }
    }
    return EncodedPoint(values: values, isActive: isActive)
  }

  /// The point of an encoding; the inverse of `encode` on canonical points.
  ///
  /// Ordered numbers may lie anywhere in [0, 1] and go to the value that owns the place; a subset
  /// that breaks its bounds is mended by the members nearest to the other side, the first ones
  /// among equals. Inactive decisions are dropped and active ones read whatever `isActive` says.
  public func decode(_ encoded: EncodedPoint) -> SearchPoint {
    let values = plan.hyperparameters.map { parameter -> ParameterValue? in
      let first = parameter.firstDimension
      let numbers = encoded.values[first..<first + parameter.dimensionCount]
      let number = numbers.first ?? 0.5
      switch parameter.domain {
      case .integer, .number, .ordinal: return parameter.domain.value(atUnit: number)
      case .choice(let choices): return choices[Self.index(number, below: choices.count)]
      case .compositions(let lists):
        return .text(Domain.name(of: lists[Self.index(number, below: lists.count)]))
      case .subset(let names, let counts, _):
        return .list(Self.mended(Array(numbers), names: names, counts: counts))
      }
    }
    return canonicalOrGiven(values)
  }

  /// The point of one uniform number in [0, 1) a dimension.
  ///
  /// Independent uniform numbers give every decision its uniform law (of subsets: over those that
  /// obey the bounds), and inactive decisions are dropped. For encodings use `decode`.
  public func point(fromUnit unit: [Double]) -> SearchPoint {
    let values = plan.hyperparameters.map { parameter -> ParameterValue? in
      let first = parameter.firstDimension
      let numbers = unit[first..<first + parameter.dimensionCount]
      let number = numbers.first ?? 0.5
      switch parameter.domain {
      case .integer, .number, .ordinal: return parameter.domain.value(atUnit: number)
      case .choice(let choices):
        return choices[Self.index(number * Double(choices.count), below: choices.count)]
      case .compositions(let lists):
        let index = Self.index(number * Double(lists.count), below: lists.count)
        return .text(Domain.name(of: lists[index]))
      case .subset(let names, let counts, _):
        let members = SubsetLaw(size: names.count, counts: counts).members(uniform: numbers)
        return .list(zip(names, members).filter(\.1).map(\.0))
      }
    }
    return canonicalOrGiven(values)
  }

  /// A point drawn uniformly over the values of each decision; it may be infeasible.
  public func sample(using generator: inout some RandomNumberGenerator) -> SearchPoint {
    point(fromUnit: dimensions.map { _ in Double(generator.next() >> 11) * 0x1p-53 })
  }

  /// The canonical point; where nothing is tuned there is none, and the values stay as they are.
  private func canonicalOrGiven(_ values: [ParameterValue?]) -> SearchPoint {
    do throws(Infeasibility) {
      return point(of: try resolve(values, completing: false).values)
    } catch {
      return point(of: values)
    }
  }

  private static func index(_ number: Double, below count: Int) -> Int {
    number.isNaN ? 0 : Int(min(Double(count - 1), max(0, number.rounded(.down))))
  }

  private static func mended(
    _ numbers: [Double], names: [String], counts: ClosedRange<Int>
  ) -> [String] {
    var isMember = numbers.map { $0 >= 0.5 }
    while true {
      let count = isMember.count { $0 }
      if counts.contains(count) { break }
      let wanted = count < counts.lowerBound
      let open = isMember.indices.filter { isMember[$0] != wanted }
      let nearest = open.min { a, b in
        wanted ? numbers[a] > numbers[b] : numbers[a] < numbers[b]
      }
      guard let nearest else { break }
      isMember[nearest] = wanted
    }
    return zip(names, isMember).filter(\.1).map(\.0)
  }
}
