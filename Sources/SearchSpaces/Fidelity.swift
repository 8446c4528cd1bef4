/// How far a trial is trained, where a search trains candidates rung by rung.
///
/// The schedule is that of the configuration's whole training, so that a training that goes on from
/// a lower rung is, bit for bit, the one that never stopped there.
public struct Fidelity: Codable, Hashable, Sendable {
  /// The trial ends when so many epochs are closed.
  public let epochs: Int
  /// The number of the trial whose training goes on; nil where it begins.
  public let continues: Int?

  public init(epochs: Int, continues: Int? = nil) {
    precondition(epochs >= 1, "Fidelity: at least one epoch expected, got \(epochs)")
    self.epochs = epochs
    self.continues = continues
  }
}
