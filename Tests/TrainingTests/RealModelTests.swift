import Foundation
import SearchSpaces
import TestSupport
import Testing

@testable import Training

/// A real BERT and a real task, where they stand beside a checkout.
enum RealModel {
  static let backbone = Fixtures.packageRoot.appending(path: "models/minilm").path()
  static let task = Fixtures.url("tasks/rte.yaml").path()
  static var isThere: Bool {
    FileManager.default.fileExists(atPath: "\(backbone)/config.json")
      && Fixtures.sharedData("rte") != nil
  }

  static func configuration(_ training: TrainingSettings) -> PEFTConfiguration {
    let lora = MethodInstance(
      "lora", ["rank": .integer(8), "targets": .list(["query", "value"])])
    return PEFTConfiguration(
      groups: [LayerGroup(layers: 6, methods: [lora])], training: training)
  }
}

@Suite(.enabled(if: RealModel.isThere, "models/minilm or the data sets are not there"))
struct RealModelTests {
  @Test func theBenchmarkMeasuresAShareOfTheMachine() throws {
    let report = try TrainingBenchmark(
      backbone: RealModel.backbone, task: RealModel.task,
      configuration: RealModel.configuration(TrainingSettings(epochs: 1)), steps: 4
    ).run()
    print(try StableJSON.line(report))
    #expect(report.sgemmShare > 0 && report.sgemmShare < 1)
  }
}
