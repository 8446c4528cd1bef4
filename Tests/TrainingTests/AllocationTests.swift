import CAllocationCount
import SearchSpaces
import Testing

@testable import Training

@Suite struct AllocationTests {
  /// Batches of equal length, all of a data set in one, so that every step is as large as the first.
  @Test(arguments: ["lora", "bitfit", "adapter", "prefix", "prompt-tuning"], [0, 0.1])
  func aSteadyStepAllocatesNothing(method: String, dropout: Double) throws {
    guard ac_thread_allocations() >= 0 else { return }
    let trial = try TinyTrial()
    let isPrompt = method == "prompt-tuning"
    let instance = MethodInstance(method, isPrompt ? ["length": .integer(4)] : [:])
    let configuration = PEFTConfiguration(
      groups: [LayerGroup(layers: 2, methods: isPrompt ? [] : [instance])],
      model: isPrompt ? [instance] : [],
      training: TrainingSettings(batch: 20, maximumLength: 12, backboneDropout: dropout))
    let trainer = try TrainingBenchmark(
      backbone: trial.job.backbone, task: trial.job.task, configuration: configuration, steps: 40
    ).makeTrainer(cache: CacheFolder(path: nil, logger: TinyTrial.silent))
    var counts: [Int64] = []
    for _ in 0..<6 {
      if trainer.isEpochTrained { _ = try trainer.closeEpoch { false } }
      _ = trainer.nextLengths()
      let before = ac_thread_allocations()
      try trainer.step()
      counts.append(ac_thread_allocations() - before)
    }
    #expect(counts[0] > 0, "the counter counts")
    #expect(counts.suffix(3).allSatisfy { $0 == 0 }, "\(counts)")
  }

  @Test func allocationsOfThisThreadAreCounted() {
    guard ac_thread_allocations() >= 0 else { return }
    let before = ac_thread_allocations()
    let array = [Int](repeating: 1, count: Int.random(in: 100...200))
    #expect(ac_thread_allocations() > before && array.count >= 100)
  }
}
