internal import Checkpoints
internal import LinearAlgebra
internal import SearchSpaces

extension TrialJob {
  /// The stream of all noise of this training; the trial's number is not in it, so that two
  /// configurations share the noise of what they share.
  var key: RandomKey {
    let key = RandomKey(seed: seed).derived("replicate").derived(replicate)
    return block.map { key.derived("block").derived($0) } ?? key
  }

  /// A hash of everything that decides the training's numbers.
  ///
  /// Threads are apart: a training may go on with another number of them, only outside the promise of
  /// equal bits. How far it goes decides none of the numbers.
  var identity: String {
    get throws {
      var job = self
      job.trial = 0
      job.threads = 0
      job.epochs = nil
      job.configuration = configuration.canonical
      // The content counts, not where it lies.
      job.start = try start.map { try SHA256.hexadecimal(ofFile: $0) }
      return SHA256.hexadecimal(of: try StableJSON.line(job))
    }
  }
}

extension TrainingSettings {
  /// Refuses settings with which no training is possible.
  func check() throws(TrialError) {
    func require(
      _ isPossible: Bool, _ name: String, _ expected: String, _ got: some CustomStringConvertible
    ) throws(TrialError) {
      guard isPossible else {
        throw .impossibleSetting(name: name, expected: expected, got: "\(got)")
      }
    }
    try require(epochs >= 1, "epochs", "at least 1", epochs)
    try require(batch >= 1, "batch", "at least 1", batch)
    try require(
      learningRate > 0 && learningRate.isFinite, "learning-rate", "a number above 0",
      learningRate)
    try require((0...1).contains(warmup), "warmup", "a share from 0 to 1", warmup)
    try require(weightDecay >= 0, "weight-decay", "at least 0", weightDecay)
    try require(clip >= 0, "clip", "at least 0 (0 switches it off)", clip)
    try require(patience >= 0, "patience", "at least 0 (0 trains to the end)", patience)
    try require(examples ?? 1 >= 1, "examples", "at least 1", examples ?? 1)
    let shortest = BackboneShape.shortestText
    try require(
      maximumLength >= shortest, "maximum-length", "at least \(shortest) tokens", maximumLength)
    try require(
      (0..<1).contains(backboneDropout), "backbone-dropout", "a rate from 0 to below 1",
      backboneDropout)
  }
}
