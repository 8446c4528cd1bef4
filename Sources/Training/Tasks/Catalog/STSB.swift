/// How similar two sentences are, from 0 to 5: the Semantic Textual Similarity Benchmark.
///
/// Reference: Cer et al., arXiv 1708.00055.
public enum STSB: TaskPreset {
  public static let name = "stsb"
  public static let summary = "how similar are the two sentences, from 0 to 5?"
  public static let kind = TaskKind.pairRegression
  public static let metric = "mean(pearson, spearman)"
  public static let labels: LabelScheme? = nil
  public static let folder = "STS-B"
  public static let trainingLayout = DataLayout(
    format: .tsv,
    columns: ColumnSet(
      text: [.name("sentence1")], pair: [.name("sentence2")], label: .name("score")))
}
