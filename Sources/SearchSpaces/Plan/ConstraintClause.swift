/// One clause of `forbid` or `require`.
///
/// A clause that speaks of methods without naming a group is read in each group apart: it forbids
/// (or requires) its tests together in one group.
struct ConstraintClause: Sendable {
  /// What a test looks at.
  enum Subject: Sendable, Hashable {
    case pattern
    case tuned
    case mask
    case spread
    case training(TrainingKey)
    /// The method names of a group; nil is each group, 0 the model.
    case methods(group: Int?)
    case parameter(group: Int?, method: String, name: String)

    var isLocal: Bool {
      switch self {
      case .methods(let group), .parameter(let group, _, _): group == nil
      case .pattern, .tuned, .mask, .spread, .training: false
      }
    }
  }

  /// When a test holds.
  enum Predicate: Sendable, Hashable {
    case isOne(of: [ParameterValue])
    case inside(ClosedRange<Double>)
    case contains(String)
    case excludes(String)

    func callAsFunction(_ value: ParameterValue) -> Bool {
      switch self {
      case .isOne(let values): values.contains(value)
      case .inside(let range): value.asNumber.map(range.contains) ?? false
      case .contains(let name): value.asList?.contains(name) ?? false
      case .excludes(let name): !(value.asList?.contains(name) ?? false)
      }
    }
  }

  struct Test: Sendable, Hashable {
    let subject: Subject
    let predicate: Predicate
  }

  /// 1, 2, … in the file's order.
  let number: Int
  /// The clause as it stands in the file, on one line.
  let text: String
  /// Where the clause applies; empty for always.
  let when: [Test]
  let tests: [Test]

  private var isLocal: Bool { (when + tests).contains { $0.subject.isLocal } }

  /// Whether all tests hold together somewhere.
  func isForbidden(in resolution: Resolution) -> Bool {
    places(in: resolution).contains { place in
      (when + tests).allSatisfy { test in
        resolution.value(of: test.subject, in: place).map(test.predicate.callAsFunction) ?? false
      }
    }
  }

  /// Whether, wherever `when` holds, every test on something that exists holds.
  func isMet(in resolution: Resolution) -> Bool {
    places(in: resolution).allSatisfy { place in
      let applies = when.allSatisfy { test in
        resolution.value(of: test.subject, in: place).map(test.predicate.callAsFunction) ?? false
      }
      return !applies
        || tests.allSatisfy { test in
          resolution.value(of: test.subject, in: place).map(test.predicate.callAsFunction) ?? true
        }
    }
  }

  /// The groups in which the clause is read.
  private func places(in resolution: Resolution) -> [Int] {
    isLocal ? resolution.members.indices.filter { !resolution.members[$0].isEmpty } : [0]
  }
}

extension Resolution {
  /// What a subject is at this point, with `place` the index of the group that is read.
  func value(of subject: ConstraintClause.Subject, in place: Int) -> ParameterValue? {
    switch subject {
    case .pattern: .text(pattern)
    case .tuned: .list(members.indices.filter { !members[$0].isEmpty }.map { String($0 + 1) })
    case .mask: .list(mask.indices.filter { mask[$0] }.map { String($0 + 1) })
    case .spread: .text(spread.rawValue)
    case .training(let key): key.value(in: training)
    case .methods(let group):
      .list(held(group: group, place: place).map(\.instance.name))
    case .parameter(let group, let method, let name):
      held(group: group, place: place).first { $0.instance.name == method }?
        .instance.parameters[name]
    }
  }

  private func held(group: Int?, place: Int) -> [Member] {
    guard let group else { return members[place] }
    if group == 0 { return model }
    return members.indices.contains(group - 1) ? members[group - 1] : []
  }
}
