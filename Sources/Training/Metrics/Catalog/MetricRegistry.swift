/// All metrics that task files may name.
public enum MetricRegistry {
  public static let all: [any Metric.Type] = [
    Accuracy.self,
    F1.self,
    MacroF1.self,
    Matthews.self,
    Pearson.self,
    Spearman.self,
  ]

  /// The metric of a name in task files.
  public static func named(_ name: String) -> (any Metric.Type)? {
    all.first { $0.name == name }
  }
}
