/// One side of a comparison: what is varied, and to which level.
///
/// `grouping: spindle`, `allocation: uniform`, `tuned groups: 1, 2`, `methods of group 3: adapter`.
public struct DesignArm: Codable, Hashable, Sendable {
  public var contrast: String
  public var level: String

  public init(_ contrast: String, _ level: String) {
    self.contrast = contrast
    self.level = level
  }
}

/// The place of a trial in a designed experiment.
///
/// All arms of a block share what they do not vary: the other decisions and the noise of training.
public struct DesignCell: Codable, Hashable, Sendable {
  /// The arms that the trial stands for; several where they are the same training in this block.
  public var arms: [DesignArm]
  /// By which arms are paired, counted from 1.
  public var block: Int
  /// The number of the training noise: that of the block, or another one for a control that
  /// repeats a training under fresh noise.
  public var noise: Int

  public init(arms: [DesignArm], block: Int, noise: Int? = nil) {
    self.arms = arms
    self.block = block
    self.noise = noise ?? block
  }
}
