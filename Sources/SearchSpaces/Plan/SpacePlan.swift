/// Where the value of one setting comes from.
enum Setting: Sendable, Equatable {
  case fixed(ParameterValue)
  /// The index of a hyper-parameter.
  case searched(Int)
}

/// How one method stands in one group (or in the model): which parameters are fixed or searched.
struct MethodPlan: Sendable {
  /// Where the method's size comes from.
  enum Size: Sendable, Equatable {
    /// The method has no size, or the fixed size stands in `base` and is above 0.
    case settled
    case searched(Int)
    /// Solved from the budget.
    case filled
  }

  let schema: MethodSchema
  /// Defaults and constants of all parameters that are not searched.
  let base: [String: ParameterValue]
  let size: Size
  /// The searched parameters other than the size.
  let searched: [(name: String, hyperparameter: Int)]

  var name: String { schema.name }
}

/// What one group (or the model) may hold.
struct GroupPlan: Sendable {
  /// Which of the plans are present.
  enum Presence: Sendable {
    /// All of them, always.
    case all
    /// A searched list of names, with the bounds for how many are left after "size 0".
    case searched(Int, counts: ClosedRange<Int>)
    /// One of some lists of names; a method of size 0 keeps its place in the list.
    case chosen(Int)
  }

  /// 1, 2, … from the input side; 0 for the model.
  let number: Int
  let presence: Presence
  /// Sorted by name.
  let methods: [MethodPlan]
}

/// How the layers are cut into groups.
struct GroupingPlan: Sendable {
  /// The sizes of the groups for one pattern.
  enum Sizes: Sendable {
    case fixed([Int])
    case searched(Int, lists: [[Int]])
  }

  let groupCount: Int
  let pattern: Setting
  /// By the pattern's name.
  let sizes: [String: Sizes]
}

/// How filled sizes are paid for.
struct BudgetPlan: Sendable {
  /// The three ways to count parameters.
  enum Measure: String, Sendable, CaseIterable {
    case deployed
    case trained
    case published

    func callAsFunction(_ counts: ParameterCounts) -> Int {
      switch self {
      case .deployed: counts.deployed
      case .trained: counts.trained
      case .published: counts.published
      }
    }
  }

  /// Whether layers that hold nothing leave their share to the others.
  enum Scope: String, Sendable, CaseIterable {
    case total
    case perLayer = "per-layer"
  }

  let measure: Measure
  let limit: Int
  let scope: Scope
  let spread: Setting
}

/// Everything a space file says, compiled for quick resolution of points.
struct SpacePlan: Sendable {
  let hyperparameters: [Hyperparameter]
  let grouping: GroupingPlan
  /// `.list` of group numbers, or nil where all groups are tuned.
  let tuned: (setting: Setting, counts: ClosedRange<Int>)?
  /// `.list` of layer numbers, or nil without a mask.
  let mask: Setting?
  let groups: [GroupPlan]
  let model: GroupPlan?
  let training: TrainingSettings
  /// Searched training settings by name.
  let searchedTraining: [(name: TrainingKey, hyperparameter: Int)]
  let budget: BudgetPlan?
  let limits: [CostLimit]
  let forbidden: [ConstraintClause]
  let required: [ConstraintClause]

  /// Whether the choice of tuned groups is a decision of the space.
  var searchesTunedGroups: Bool {
    if case .searched? = tuned?.setting { true } else { false }
  }
}
