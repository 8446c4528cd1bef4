/// Whether two sentences of news say the same: the Microsoft Research Paraphrase Corpus.
///
/// Reference: Dolan and Brockett, IWP 2005.
public enum MRPC: TaskPreset {
  public static let name = "mrpc"
  public static let summary = "do the two sentences say the same?"
  public static let kind = TaskKind.pairClassification
  public static let metric = "mean(accuracy, f1)"
  public static let labels: LabelScheme? = LabelScheme(spellings: [
    ("0", "not_equivalent"), ("1", "equivalent"),
  ])
  public static let folder = "MRPC"
  public static let trainingFiles = ["train.tsv", "msr_paraphrase_train.txt"]
  public static let testFiles = ["dev.tsv", "msr_paraphrase_test.txt"]
  public static let trainingLayout = DataLayout(
    format: .tsv,
    columns: ColumnSet(
      text: [.name("#1 String")], pair: [.name("#2 String")], label: .name("Quality")))
}
