/// The correlation between predicted and expected classes, for any number of classes.
///
/// R_K = (c·s − Σ_k p_k t_k) / sqrt((s² − Σ p_k²)(s² − Σ t_k²)) with s examples, c right ones,
/// p_k guesses and t_k examples of class k; for two classes this is Matthews' φ. 0 where all
/// guesses or all examples are of one class.
/// Reference: Gorodkin, "Comparing two K-category assignments by a K-category correlation
/// coefficient", Comput. Biol. Chem. 28, 2004; scikit-learn matthews_corrcoef.
public enum Matthews: Metric {
  public static let name = "matthews"
  public static let summary = "the correlation of predicted and expected classes (R_K)"
  public static let reference = "scikit-learn matthews_corrcoef"
  public static let domain = MetricDomain.classes

  public static func value(_ predictions: Predictions) -> Double {
    let counts = predictions.confusion
    let total = Double(predictions.count)
    let right = Double(counts.indices.reduce(0) { $0 + counts[$1][$1] })
    let expected = counts.map { Double($0.reduce(0, +)) }
    let guessed = counts.indices.map { index in Double(counts.reduce(0) { $0 + $1[index] }) }
    let cross = zip(guessed, expected).reduce(0) { $0 + $1.0 * $1.1 }
    let guessSpread = total * total - guessed.reduce(0) { $0 + $1 * $1 }
    let truthSpread = total * total - expected.reduce(0) { $0 + $1 * $1 }
    let scale = (guessSpread * truthSpread).squareRoot()
    return scale > 0 ? (right * total - cross) / scale : 0
  }
}
