/// Whether a sentence is acceptable English: the Corpus of Linguistic Acceptability.
///
/// Reference: Warstadt et al., arXiv 1805.12471.
public enum CoLA: TaskPreset {
  public static let name = "cola"
  public static let summary = "is the sentence acceptable English?"
  public static let kind = TaskKind.classification
  public static let metric = "matthews"
  public static let labels: LabelScheme? = LabelScheme(spellings: [
    ("0", "unacceptable"), ("1", "acceptable"),
  ])
  public static let folder = "CoLA"
  /// No header; source, label, the author's own mark, sentence.
  public static let trainingLayout = DataLayout(
    format: .tsv, hasHeader: false,
    columns: ColumnSet(text: [.number(4)], label: .number(2)))
}
