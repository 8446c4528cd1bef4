import Foundation
import SearchSpaces
import Testing

@testable import Training

/// Methods that choose what they train, before the first step or on the way, in whole trials.
@Suite struct PreparationTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let methods: [MethodInstance]
    /// Without the head.
    let trainedParameters: Int

    var testDescription: String { methods.map(\.name).joined(separator: " with ") }
  }

  private static let lora = MethodInstance(
    "lora", ["rank": .integer(2), "targets": .list(["query", "ffn-in"])])
  private static let prefix = MethodInstance(
    "prefix", ["length": .integer(2), "mlp-width": .integer(0)])

  private static let far = MethodInstance(
    "far", ["retention": .integer(10), "priming": .number(0.3)])
  /// Two layers of ⌈3.2⌉ rows of 16 + 1 and ⌈1.6⌉ rows of 32 + 1.
  private static let farCount = 2 * (4 * 17 + 2 * 33)

  private static let sam = MethodInstance(
    "sam",
    [
      "targets": .list(["query", "ffn-out"]), "rank-equivalent": .integer(1),
      "batches": .integer(4),
    ])
  /// Two layers of 16 + 16 and 32 + 16 entries.
  private static let samCount = 2 * (32 + 48)

  private static let spt = sensitivity("spt")

  private static func sensitivity(_ name: String) -> MethodInstance {
    MethodInstance(
      name,
      [
        "targets": .list(["query", "ffn-out"]), "rank-equivalent": .integer(2),
        "rank": .integer(2), "batches": .integer(4),
      ])
  }
  /// Twice as many as `samCount`.
  private static let sptCount = 2 * samCount

  private static let diff = MethodInstance(
    "diff-pruning",
    ["targets": .list(["query", "ffn-out"]), "rank-equivalent": .integer(1)])
  /// Two layers of 2 · 16 · 16 and 2 · 32 · 16 numbers.
  private static let diffCount = 2 * 2 * (256 + 512)

  static let cases = [
    Case(methods: [far], trainedParameters: farCount),
    Case(methods: [far, lora], trainedParameters: farCount + 2 * 2 * (32 + 48)),
    Case(methods: [far, prefix], trainedParameters: farCount + 2 * 2 * 2 * 16),
    Case(methods: [sam], trainedParameters: samCount),
    Case(methods: [sam, lora], trainedParameters: samCount + 2 * 2 * (32 + 48)),
    Case(methods: [sam, prefix], trainedParameters: samCount + 2 * 2 * 2 * 16),
    Case(methods: [diff], trainedParameters: diffCount),
    Case(methods: [diff, lora], trainedParameters: diffCount + 2 * 2 * (32 + 48)),
    Case(methods: [diff, prefix], trainedParameters: diffCount + 2 * 2 * 2 * 16),
    Case(methods: [spt], trainedParameters: sptCount),
    Case(methods: [spt, lora], trainedParameters: sptCount + 2 * 2 * (32 + 48)),
    Case(methods: [spt, prefix], trainedParameters: sptCount + 2 * 2 * 2 * 16),
    Case(methods: [sensitivity("spt-adapter")], trainedParameters: sptCount),
    Case(methods: [far, sam], trainedParameters: farCount + samCount),
  ]

  /// Stops within a stage, after it, around the cut of gates and at every question of a sitting give
  /// the same bytes.
  @Test(arguments: cases)
  func stoppingAnywhereChangesNothing(_ prepared: Case) throws {
    let trial = try TinyTrial(methods: prepared.methods)
    let whole = try trial.run(in: "whole")
    #expect(whole.result.state == .complete)
    #expect(whole.result.counts.trainedParameters == prepared.trainedParameters)
    let expected = TinyTrial.deterministic(whole.result)
    for stop in 1...14 {
      let parts = try trial.run(in: "stop-\(stop)", stoppingAfter: [stop])
      #expect(TinyTrial.deterministic(parts.result) == expected, "stop \(stop)")
      let isEqual =
        try TinyTrial.bytes(parts.directory, "adapter.safetensors")
        == TinyTrial.bytes(whole.directory, "adapter.safetensors")
      #expect(isEqual, "stop \(stop)")
    }
    let everyStep = try trial.run(in: "checkpoints", checkpointInterval: 0)
    #expect(TinyTrial.deterministic(everyStep.result) == expected)
  }

  /// The stage changes what is trained: without it the result is another one.
  @Test func theStageIsRun() throws {
    let primed = try TinyTrial(methods: [Self.far]).run(in: "primed").result
    var drawn = Self.far
    drawn.parameters["priming"] = .number(0)
    let unprimed = try TinyTrial(methods: [drawn]).run(in: "drawn").result
    #expect(primed.steps == unprimed.steps)
    #expect(primed.epochs != unprimed.epochs)
  }
}
