/// Whether a sentence with its pronoun replaced is entailed: the Winograd Schema Challenge.
///
/// The dev set shares texts with training under other labels, so that scores below chance are usual.
/// Reference: Levesque et al., KR 2012; GLUE, arXiv 1804.07461, section 3.3.
public enum WNLI: TaskPreset {
  public static let name = "wnli"
  public static let summary = "is the sentence with its pronoun replaced entailed?"
  public static let kind = TaskKind.pairClassification
  public static let metric = "accuracy"
  public static let labels: LabelScheme? = LabelScheme(spellings: [
    ("0", "not_entailment"), ("1", "entailment"),
  ])
  public static let folder = "WNLI"
  public static let trainingLayout = DataLayout(
    format: .tsv,
    columns: ColumnSet(
      text: [.name("sentence1")], pair: [.name("sentence2")], label: .name("label")))
}
