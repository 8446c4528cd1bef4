import Foundation
import LinearAlgebra
import SearchSpaces
import SearchStrategies

/// The loop of a study with a formula in the place of training.
struct SimulatedStudy {
  /// What a trial gives; nil is a failure.
  typealias Objective = @Sendable (PEFTConfiguration) -> Double?

  var strategy: any SearchStrategy
  let objective: Objective
  var noise = 0.0
  let seed: UInt64
  /// How many of the latest trials a proposal sees as running.
  var window = 0
  var history: [Trial] = []

  /// Adds trials until there are `count`, or the space is exhausted.
  mutating func run(until count: Int) throws {
    while history.count < count {
      // A strategy with nothing to say is asked again with each further result.
      var proposal: Proposal?
      for open in stride(from: window, through: 0, by: -1) where proposal == nil {
        proposal = try strategy.ask(count: 1, history: seen(open: open)).first
      }
      guard let proposal else { return }
      record(proposal)
    }
  }

  /// The history with the last `window` trials unfinished.
  var seen: [Trial] { seen(open: window) }

  private func seen(open: Int) -> [Trial] {
    history.enumerated().map { index, trial in
      guard index >= history.count - open else { return trial }
      var open = trial
      open.state = .running
      open.score = nil
      return open
    }
  }

  mutating func record(_ proposal: Proposal) {
    let candidate = proposal.candidate
    let number = history.count + 1
    var source = CounterRandom(RandomKey(seed: seed).derived("noise").derived(number))
    let value = objective(candidate.configuration).map { $0 + noise * source.normal() }
    history.append(
      Trial(
        number: number, state: value == nil ? .failed : .complete, origin: proposal.origin,
        point: proposal.point, configuration: candidate.configuration, costs: candidate.costs,
        score: value, design: proposal.design, fidelity: proposal.fidelity))
  }

  /// The best noise-free value among the first trials.
  func best(after count: Int) -> Double {
    history.prefix(count).compactMap { objective($0.configuration) }.max() ?? -.infinity
  }
}

/// Formulas over configurations, with their structure in what real searches show.
enum TestObjectives {
  /// Learning rate has an optimum that depends on size; methods add with diminishing returns.
  @Sendable static func layered(_ configuration: PEFTConfiguration) -> Double? {
    let rate = log10(configuration.training.learningRate)
    var total = 0.0
    var size = 0.0
    for (index, group) in configuration.groups.enumerated() {
      let depth = Double(index + 1) / Double(configuration.groups.count)
      for method in group.methods {
        switch method.name {
        case "lora":
          let rank = Double(TestSpaces.integer(method, "rank"))
          guard case .list(let targets)? = method.parameters["targets"] else { continue }
          total += depth * (0.3 * log2(1 + rank) - 0.04 * pow(log2(1 + rank), 2))
          total += targets.contains("value") ? 0.25 : 0
          total -= targets.contains("output") ? 0.1 : 0
          size += rank
        case "adapter":
          let width = Double(TestSpaces.integer(method, "bottleneck"))
          total +=
            0.12 * log2(1 + width) * (method.parameters["placement"] == .text("parallel") ? 1 : 0.6)
          size += width / 4
        default:
          total += 0.15
        }
      }
    }
    return tanh(total) - 0.35 * pow(rate + 2.6 + 0.15 * log2(1 + size), 2)
  }

  /// Mostly about which methods and targets are chosen.
  @Sendable static func categorical(_ configuration: PEFTConfiguration) -> Double? {
    var value = 0.0
    for group in configuration.groups {
      let names = Set(group.methods.map(\.name))
      value += names == ["bitfit", "lora"] ? 1 : names.contains("lora") ? 0.5 : 0.1
      for method in group.methods where method.name == "lora" {
        value += method.parameters["targets"] == .list(["query", "output"]) ? 0.6 : 0
      }
    }
    return value / Double(configuration.groups.count)
      - 0.2 * pow(log10(configuration.training.learningRate) + 3, 2)
  }

  /// For spaces of any methods: more layers are better, high learning rates are not.
  @Sendable static func size(_ configuration: PEFTConfiguration) -> Double? {
    let tuned = configuration.groups.filter { !$0.methods.isEmpty }
    let layers = tuned.reduce(0) { $0 + $1.layers }
    return Double(layers) / 12 - 0.3 * pow(log10(configuration.training.learningRate) + 3, 2)
  }

  /// `layered`, where large learning rates diverge.
  @Sendable static func failing(_ configuration: PEFTConfiguration) -> Double? {
    configuration.training.learningRate > 4e-3 ? nil : layered(configuration)
  }
}
