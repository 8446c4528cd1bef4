/// Whether a text entails a sentence: the Recognizing Textual Entailment challenges 1, 2, 3 and 5.
///
/// Reference: GLUE, arXiv 1804.07461, section 3.3.
public enum RTE: TaskPreset {
  public static let name = "rte"
  public static let summary = "does the text entail the sentence?"
  public static let kind = TaskKind.pairClassification
  public static let metric = "accuracy"
  public static let labels: LabelScheme? = LabelScheme(names: ["entailment", "not_entailment"])
  public static let folder = "RTE"
  public static let trainingLayout = DataLayout(
    format: .tsv,
    columns: ColumnSet(
      text: [.name("sentence1")], pair: [.name("sentence2")], label: .name("label")))
}
