/// Whether two questions ask the same: the Quora Question Pairs.
///
/// Reference: GLUE, arXiv 1804.07461, section 3.2.
public enum QQP: TaskPreset {
  public static let name = "qqp"
  public static let summary = "do the two questions ask the same?"
  public static let kind = TaskKind.pairClassification
  public static let metric = "mean(accuracy, f1)"
  public static let labels: LabelScheme? = LabelScheme(spellings: [
    ("0", "not_duplicate"), ("1", "duplicate"),
  ])
  public static let folder = "QQP"
  public static let trainingLayout = DataLayout(
    format: .tsv,
    columns: ColumnSet(
      text: [.name("question1")], pair: [.name("question2")], label: .name("is_duplicate")))
}
