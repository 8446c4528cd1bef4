/// The names of the contrasts of S4's designs, as they stand in trials and reports.
public enum DesignContrast {
  /// Random designs of the whole space.
  public static let baseline = "baseline"
  /// Patterns of layer groups.
  public static let grouping = "grouping"
  /// Negative controls.
  public static let control = "control"
  /// The spread of the parameters over the layers.
  public static let allocation = "allocation"
  /// Which groups are tuned.
  public static let tuned = "tuned groups"
  /// The paper's sets of methods against random ones.
  public static let sets = "published sets"

  /// The set of methods of one group, counted from 1.
  public static func methods(group: Int) -> String { "methods of group \(group)" }

  /// The level of the control that repeats a training under fresh noise.
  public static let repeated = "A/A"
  /// The level of the control with its layers in random order.
  public static let shuffled = "shuffled layers"
}
