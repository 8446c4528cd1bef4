public import SearchSpaces

/// What S4 chose on T5-base, in the words of a space's designs.
///
/// Reference: arXiv 2301.01821, abstract and section 3; the sets of methods as quoted by
/// arXiv 2303.15647, section "S4".
public enum PublishedChoices {
  /// The order of the grouping patterns by the paper's mean scores, the best first, as recalled in
  /// secondary sources; the paper's own table was not at hand.
  public static let patternOrder = ["spindle", "uniform", "bottleneck", "increasing", "decreasing"]

  /// The chosen level of a contrast; nil where the paper says nothing that the space can express.
  public static func level(of contrast: String, in space: SearchSpace) -> String? {
    let decisions = DesignDecisions(space: space, comparesAllTunedSets: true)
    switch contrast {
    case DesignContrast.grouping: return DesignDecisions.publishedPattern
    case DesignContrast.allocation: return "uniform"
    case DesignContrast.sets: return "published"
    case DesignContrast.tuned: return DesignDecisions.name(decisions.allGroups)
    default:
      guard let sets = decisions.publishedSets() else { return nil }
      for (index, value) in sets.enumerated()
      where contrast == DesignContrast.methods(group: index + 1) {
        return DesignDecisions.name(value)
      }
      return nil
    }
  }
}
