import Foundation
import GaussianProcesses
import SearchSpaces
import Testing

@testable import SearchStrategies

struct SearchBenchmarkTests {
  @Test func theBestFrontIsBest() throws {
    let backbone = BackboneShape(layers: 5, width: 8, feedForward: 32, heads: 1)
    let problem = LayerEffectsProblem(seed: 3, backbone: backbone)
    let ladder = [0, 1, 2, 4, 8]
    var all: [[Double]] = []
    for mask in 1..<32 {
      for serial in ladder {
        for parallel in ladder {
          for prefix in ladder where serial + parallel + prefix > 0 {
            all.append(
              try problem.objectives(
                AutoPEFTShape(
                  serial: serial, parallel: parallel, prefix: prefix,
                  active: (0..<5).map { mask >> $0 & 1 == 1 })))
          }
        }
      }
    }
    let reference = [0.5, -1e6]
    let best = ParetoFront(problem.bestPoints()).hypervolume(reference: reference)
    #expect(abs(best - ParetoFront(all).hypervolume(reference: reference)) < 1e-9 * best)
  }

  @Test func runsAreReproducibleSharesOfTheBest() throws {
    let benchmark = SearchBenchmark(space: try ShippedSpaces.space("autopeft"), trials: 40)
    let runs = try [1, 1, 2].map { try benchmark.run("evolution", seed: UInt64($0)) }
    #expect(runs[0].hypervolume == runs[1].hypervolume)
    #expect(runs[0].hypervolume != runs[2].hypervolume)
    #expect(runs[0].marks == [10, 20, 30, 40])
    for run in runs {
      #expect(run.hypervolume.allSatisfy { $0 > 0 && $0 <= 1 })
      #expect(zip(run.hypervolume, run.hypervolume.dropFirst()).allSatisfy { $0 <= $1 })
      #expect(run.layerShares.allSatisfy { (0...1).contains($0) } && run.layerShares.count == 12)
    }
  }

  @Test func volumesAreThoseAtTheMarks() throws {
    let space = try ShippedSpaces.space("autopeft")
    let often = try SearchBenchmark(space: space, trials: 50).run("nsga2", seed: 1)
    let seldom = try SearchBenchmark(space: space, trials: 50, interval: 25).run("nsga2", seed: 1)
    #expect(seldom.marks == [25, 50])
    #expect(seldom.hypervolume[1] == often.hypervolume[4])
    #expect((often.hypervolume[1]...often.hypervolume[2]).contains(seldom.hypervolume[0]))
  }

  @Test func noiseBelongsToTheConfiguration() throws {
    let backbone = BackboneShape(layers: 12, width: 64, feedForward: 256, heads: 4)
    let problem = LayerEffectsProblem(seed: 1, backbone: backbone)
    let shape = AutoPEFTShape(
      serial: 8, parallel: 0, prefix: 1, active: (0..<12).map { $0 > 5 })
    #expect(problem.measured(shape) == problem.measured(shape))
    #expect(problem.measured(shape) != problem.value(shape))
    #expect(shape.parameters(width: problem.width) == 2 * 64 * 6 * 9)
  }
}
