/// A data set of GLUE in its official layout.
///
/// The training file gives training and validation (a seeded tenth), the official dev file is the
/// test set, because the labels of the official test files are not public.
/// Reference: Wang et al., GLUE, arXiv 1804.07461, table 1.
public protocol TaskPreset: Sendable {
  /// The name on the command line, such as `rte`.
  static var name: String { get }
  /// One sentence for `autopeft task check`.
  static var summary: String { get }
  static var kind: TaskKind { get }
  /// The metric's text, as in a task file.
  static var metric: String { get }
  /// nil for a regression.
  static var labels: LabelScheme? { get }
  /// The set's folder inside that of all GLUE sets.
  static var folder: String { get }
  /// Names that the training file has in official copies, the usual one first.
  static var trainingFiles: [String] { get }
  /// The same for the official dev file, read as test set.
  static var testFiles: [String] { get }
  static var trainingLayout: DataLayout { get }
  static var testLayout: DataLayout { get }
}

extension TaskPreset {
  public static var trainingFiles: [String] { ["train.tsv"] }
  public static var testFiles: [String] { ["dev.tsv"] }
  public static var testLayout: DataLayout { trainingLayout }
}
