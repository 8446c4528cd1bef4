/// Inference between sentences of ten genres: the Multi-Genre Natural Language Inference corpus.
///
/// The test set is the matched dev file.
/// Reference: Williams et al., arXiv 1704.05426.
public enum MNLI: TaskPreset {
  public static let name = "mnli"
  public static let summary = "does the premise entail or contradict the hypothesis?"
  public static let kind = TaskKind.pairClassification
  public static let metric = "accuracy"
  public static let labels: LabelScheme? = LabelScheme(
    names: ["entailment", "neutral", "contradiction"])
  public static let folder = "MNLI"
  public static let testFiles = ["dev_matched.tsv"]
  public static let trainingLayout = DataLayout(
    format: .tsv,
    columns: ColumnSet(
      text: [.name("sentence1")], pair: [.name("sentence2")], label: .name("gold_label")))
}
