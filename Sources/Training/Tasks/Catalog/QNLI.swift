/// Whether a sentence answers a question: SQuAD, recast as inference.
///
/// Reference: Rajpurkar et al., arXiv 1606.05250; GLUE, arXiv 1804.07461, section 3.3.
public enum QNLI: TaskPreset {
  public static let name = "qnli"
  public static let summary = "does the sentence answer the question?"
  public static let kind = TaskKind.pairClassification
  public static let metric = "accuracy"
  public static let labels: LabelScheme? = LabelScheme(names: ["entailment", "not_entailment"])
  public static let folder = "QNLI"
  public static let trainingLayout = DataLayout(
    format: .tsv,
    columns: ColumnSet(
      text: [.name("question")], pair: [.name("sentence")], label: .name("label")))
}
