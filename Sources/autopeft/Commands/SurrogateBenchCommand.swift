import ArgumentParser
import Foundation
import GaussianProcesses
import SearchStrategies

/// `autopeft bench surrogate`: how fast the model of the scores is fitted to given data.
struct SurrogateBenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "surrogate",
    abstract: "Measure a fit of the model to a file of points, and how well it predicts others.",
    discussion: """
      The file holds comma-separated values with the head part,y,x1,x2,…: train or test, a standardised \
      score, and a point of the unit cube. One JSON object is printed: processor seconds of the fit, the \
      mean log density of the test scores, and the draws of the sampler. scripts/compare/surrogates.py \
      does the same with BoTorch.
      """)

  @Option(help: ArgumentHelp("Points and scores.", valueName: "file")) var data: String
  @Option(help: "map (maximum a posteriori) or saas (No-U-Turn sampler).")
  var model: SurrogateBenchmark.Model = .saas
  @Option(help: "Iterations of the sampler before the draws.") var warmUp = 128
  @Option(help: "Draws.") var samples = 128
  @Option(help: "The seed of starts and draws.") var seed: UInt64 = 1

  func validate() throws {
    guard warmUp >= 1, samples >= 1 else {
      throw ValidationError("--warm-up and --samples must be positive.")
    }
  }

  func run() throws {
    let file = try SurrogateData(BenchTable.text(data), name: data)
    let result = try SurrogateBenchmark(training: file.training, heldOut: file.heldOut).run(
      model, plan: SaasFit.Plan(warmUp: warmUp, samples: samples, thinning: 1), seed: seed)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    Console.output(String(decoding: try encoder.encode(result), as: UTF8.self))
  }
}

/// The points of a file for `bench surrogate`.
private struct SurrogateData {
  let training: SurrogateBenchmark.Points
  let heldOut: SurrogateBenchmark.Points

  init(_ text: String, name: String) throws {
    let lines = text.split(whereSeparator: \.isNewline)
    let head = lines.first?.split(separator: ",").count ?? 0
    guard head >= 3, lines.first?.hasPrefix("part,y,") == true else {
      throw ValidationError("\(name), line 1: expected part,y,x1,…, got '\(lines.first ?? "")'.")
    }
    var parts: [Substring: (inputs: [[Double]], targets: [Double])] = [:]
    for (index, line) in lines.enumerated().dropFirst() {
      let fields = line.split(separator: ",", omittingEmptySubsequences: false)
      let numbers = fields.dropFirst().compactMap { Double($0) }.filter(\.isFinite)
      guard numbers.count == head - 1, fields.count == head, ["train", "test"].contains(fields[0]),
        numbers.dropFirst().allSatisfy((0...1).contains)
      else {
        throw ValidationError(
          "\(name), line \(index + 1): expected train or test, a score and \(head - 2) numbers from 0 "
            + "to 1, got '\(line)'.")
      }
      parts[fields[0], default: ([], [])].inputs.append(Array(numbers.dropFirst()))
      parts[fields[0], default: ([], [])].targets.append(numbers[0])
    }
    guard let training = parts["train"], let heldOut = parts["test"] else {
      throw ValidationError("\(name): it needs lines of both parts, train and test.")
    }
    self.training = .init(inputs: training.inputs, targets: training.targets)
    self.heldOut = .init(inputs: heldOut.inputs, targets: heldOut.targets)
  }
}
