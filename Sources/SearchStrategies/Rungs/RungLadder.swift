import SearchSpaces

/// The rungs on which candidates are trained: rung k of 0 … K is the share η^(k − K) of their epochs,
/// rounded up.
///
/// A training of fewer than η^(K − k) epochs does not stand on rung k: it begins on the lowest one that
/// is an epoch of its own, with one epoch on the highest.
struct RungLadder: Sendable {
  /// η ≥ 2.
  let reduction: Int
  /// K + 1 ≥ 1.
  let count: Int

  /// K, a whole training.
  var top: Int { count - 1 }

  /// The lowest rung of a training of so many epochs.
  func first(of total: Int) -> Int {
    var rung = top
    var share = total
    while rung > 0, share >= reduction {
      share /= reduction
      rung -= 1
    }
    return rung
  }

  /// The epochs of a rung of a training of so many.
  func epochs(_ rung: Int, of total: Int) -> Int {
    let parts = (rung..<top).reduce(1) { product, _ in product * reduction }
    return (total + parts - 1) / parts
  }

  /// The rung that a trial is trained to.
  func rung(of trial: Trial) -> Int {
    let total = trial.configuration.training.epochs
    guard trial.isPartial, let epochs = trial.fidelity?.epochs else { return top }
    return (first(of: total)..<top).first { self.epochs($0, of: total) >= epochs } ?? top
  }

  /// From 0 for the lowest rung to 1 for a whole training.
  func place(of trial: Trial) -> Double {
    top > 0 ? Double(rung(of: trial)) / Double(top) : 1
  }

  /// How far a new candidate is trained; nil for a whole training.
  func start(of configuration: PEFTConfiguration) -> Fidelity? {
    let total = configuration.training.epochs
    let rung = first(of: total)
    return rung < top ? Fidelity(epochs: epochs(rung, of: total)) : nil
  }

  /// How far a trial is trained that goes on from another one.
  func next(after trial: Trial) -> Fidelity {
    Fidelity(
      epochs: epochs(rung(of: trial) + 1, of: trial.configuration.training.epochs),
      continues: trial.number)
  }
}
