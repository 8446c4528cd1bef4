internal import TensorCore

extension TrainingBenchmark {
  /// What was measured, with the keys of `bench training --format json`.
  public struct Report: Codable, Hashable, Sendable {
    public var examplesPerSecond: Double
    /// Real tokens; there is no padding.
    public var tokensPerSecond: Double
    /// Rate of the training steps over that of the machine's own matrix product.
    public var sgemmShare: Double
    /// The same with processor time in place of wall time, for a machine that others use too.
    public var processorSgemmShare: Double
    /// 10⁹ operations per second of the training steps' matrix products.
    public var trainingGigaflops: Double
    /// 10⁹ operations per second of the machine's own matrix product.
    public var sgemmGigaflops: Double
    /// Operations of the matrix products of a step, on average.
    public var operationsPerStep: Double
    /// Wall time of a step by stage, in seconds, on average.
    public var stageSeconds: [String: Double]
    /// Processor time of a step in seconds, on average.
    public var processorSecondsPerStep: Double
    /// Heap allocations of a step no larger than an earlier one; nil where they are not counted.
    public var allocationsPerStep: Double?
    /// Evaluation without gradients.
    public var evaluationExamplesPerSecond: Double
    public var peakMemoryBytes: Int
    public var steps: Int
    public var threads: Int
    /// What keeping the states below the lowest tuned layer saves; nil where none are kept.
    public var frozenStates: FrozenStatesReport?

    enum CodingKeys: String, CodingKey {
      case examplesPerSecond = "examples_per_second"
      case tokensPerSecond = "tokens_per_second"
      case sgemmShare = "sgemm_share"
      case processorSgemmShare = "processor_sgemm_share"
      case trainingGigaflops = "training_gigaflops"
      case sgemmGigaflops = "sgemm_gigaflops"
      case operationsPerStep = "operations_per_step"
      case stageSeconds = "stage_seconds"
      case processorSecondsPerStep = "processor_seconds_per_step"
      case allocationsPerStep = "allocations_per_step"
      case evaluationExamplesPerSecond = "evaluation_examples_per_second"
      case peakMemoryBytes = "peak_memory_bytes"
      case steps
      case threads
      case frozenStates = "frozen_states"
    }

    /// The stages in the order in which they are shown.
    public static let stages = WorkStage.allCases.map { "\($0)" }
  }
}

extension TrainingBenchmark.Report {
  init(
    steps: StepMeasurement, machine: Stopwatch, evaluationExamplesPerSecond: Double, threads: Int,
    frozenStates: FrozenStatesReport?
  ) {
    let count = Double(steps.count)
    let training = steps.watch
    self.init(
      examplesPerSecond: Double(steps.examples) / training.seconds,
      tokensPerSecond: Double(steps.tokens) / training.seconds,
      sgemmShare: training.rate / machine.rate,
      processorSgemmShare: training.processorRate / machine.processorRate,
      trainingGigaflops: training.rate * 1e-9, sgemmGigaflops: machine.rate * 1e-9,
      operationsPerStep: training.operations / count,
      stageSeconds: Dictionary(
        uniqueKeysWithValues: WorkStage.allCases.map {
          ("\($0)", steps.clock.seconds($0) / count)
        }),
      processorSecondsPerStep: training.processorSeconds / count,
      allocationsPerStep: steps.allocationsPerStep,
      evaluationExamplesPerSecond: evaluationExamplesPerSecond,
      peakMemoryBytes: ProcessMemory.peakBytes, steps: steps.count, threads: threads,
      frozenStates: frozenStates)
  }
}
