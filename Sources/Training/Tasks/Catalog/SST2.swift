/// The sentiment of phrases of film reviews: the Stanford Sentiment Treebank.
///
/// Reference: Socher et al., EMNLP 2013.
public enum SST2: TaskPreset {
  public static let name = "sst2"
  public static let summary = "is the sentiment of the phrase positive?"
  public static let kind = TaskKind.classification
  public static let metric = "accuracy"
  public static let labels: LabelScheme? = LabelScheme(spellings: [
    ("0", "negative"), ("1", "positive"),
  ])
  public static let folder = "SST-2"
  public static let trainingLayout = DataLayout(
    format: .tsv, columns: ColumnSet(text: [.name("sentence")], label: .name("label")))
}
