import ArgumentParser
import Foundation
import LinearAlgebra
import PEFTMethods
import Reports
import RunStore
import SearchSpaces
import Training

/// `autopeft space`: looks at space files without training anything.
struct SpaceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "space", abstract: "Check, count and sample space files.",
    subcommands: [Check.self, Count.self, Sample.self, Patterns.self, Schema.self])

  /// The space file and the backbone that it is read for.
  struct Source: ParsableArguments {
    @Argument(help: ArgumentHelp("The space file.", valueName: "space"))
    var space: String

    @Option(help: ArgumentHelp("'embedded', or a folder in the Hugging Face layout."))
    var backbone = "embedded"

    @Option(help: "Layers of a backbone that is not at hand; needs --width too.")
    var layers: Int?

    @Option(help: "Hidden width of that backbone; the rest is as in BERT (4 × width, heads of 64).")
    var width: Int?

    @Option(
      name: .customLong("set"),
      help: ArgumentHelp("Change one value of the file.", valueName: "key=value"))
    var overrides: [String] = []

    func validate() throws {
      guard (layers == nil) == (width == nil) else {
        throw ValidationError("--layers and --width stand for a backbone together; give both.")
      }
      if let layers, let width, !(1...512).contains(layers) || !(1...65_536).contains(width) {
        throw ValidationError("--layers must be 1 to 512 and --width 1 to 65536.")
      }
    }

    func load() throws -> SearchSpace {
      let text = try SpaceText.read(URL(filePath: space), name: space)
      return try SearchSpace(
        yaml: text, file: space, schemas: MethodRegistry.schemas, backbone: shape(),
        overrides: overrides)
    }

    private func shape() throws -> BackboneShape {
      guard let layers, let width else { return try BackboneFacts(name: backbone).shape }
      return BackboneShape(
        layers: layers, width: width, feedForward: 4 * width, heads: max(1, width / 64))
    }
  }

  struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Check a space file and print what it means.")
    @OptionGroup var source: Source
    @Option(help: "A task: adds an estimate of the hours that a search of it takes here.")
    var task: String?
    @Option(help: "Trials of that search.") var trials = SittingOptions.defaultTrials
    @Option(help: "Trials at a time.") var parallel = 1
    @OptionGroup var output: OutputOptions

    func validate() throws {
      guard trials >= 1, parallel >= 1 else {
        throw ValidationError("--trials and --parallel must be at least 1.")
      }
      if task != nil, source.layers != nil {
        throw ValidationError("--task needs a backbone that is at hand; leave out --layers.")
      }
    }

    func run() throws {
      let space = try source.load()
      Console.output(
        SpaceTable.decisions(space).rendered(as: output.format), terminator: "")
      var random = CounterRandom(RandomKey(seed: 0).derived("space-check"))
      let survey = space.feasibility(draws: Self.draws, using: &random)
      Console.note("\(source.space): \(space.dimensions.count) dimensions; the file is valid.")
      Console.note(SpaceTable.summary(survey))
      if let task { try estimate(space, task) }
    }

    /// Random points that show what share of a space is feasible, to 2 points either way.
    private static let draws = 2_000

    /// Says what a search takes and on what the number rests.
    private func estimate(_ space: SearchSpace, _ task: String) throws {
      let key = RandomKey(seed: 0).derived("space-estimate")
      let configurations = try (0..<Self.sampleCount).map { number in
        var random = CounterRandom(key.derived(number))
        return try SpaceTable.sample(space, using: &random).configuration
      }
      let estimate = try SearchEstimate(
        backbone: source.backbone, task: task, configurations: configurations)
      Console.note(
        String(
          format: """
            estimate: %d trials, %d at a time, take about %.2f hours.
              A trial takes %.1f s on average (%.1f to %.1f s in \(Self.sampleCount) random candidates),
              with %d training and %d validation examples, %d training tokens an epoch,
              and the %.1f GFLOP/s that this machine's matrix product reaches now on one thread.
              Processes side by side are taken to slow nobody down; early stopping is left out.
            """, trials, parallel, estimate.hours(trials: trials, parallel: parallel),
          estimate.meanSeconds, estimate.shortestSeconds, estimate.longestSeconds,
          estimate.trainingExamples, estimate.validationExamples, estimate.trainingTokens,
          estimate.sgemmGigaflops))
    }

    /// Enough to see the spread of costs; each is attached to the backbone.
    private static let sampleCount = 16
  }

  struct Count: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Count the points of a space, all and valid ones.")
    @OptionGroup var source: Source
    @OptionGroup var output: OutputOptions

    func run() throws {
      let table = SpaceTable.cardinality(try source.load().cardinality())
      Console.output(table.rendered(as: output.format), terminator: "")
    }
  }

  struct Sample: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Draw random configurations with their exact costs.")
    @OptionGroup var source: Source
    @OptionGroup var output: OutputOptions
    @Option(help: "How many.") var count = 10
    @Option(help: "The seed.") var seed: UInt64 = 0

    func run() throws {
      let space = try source.load()
      let key = RandomKey(seed: seed).derived("space-sample")
      var candidates: [Candidate] = []
      for number in 0..<count {
        var random = CounterRandom(key.derived(number))
        candidates.append(try SpaceTable.sample(space, using: &random))
      }
      Console.output(
        try SpaceTable.samples(candidates, for: output.format).rendered(as: output.format),
        terminator: "")
    }
  }

  struct Patterns: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List the layer-group patterns for a number of layers and groups.")
    @Option(help: "Layers of the backbone.") var layers: Int
    @Option(help: "Groups.") var groups: Int
    @OptionGroup var output: OutputOptions

    func run() throws {
      guard (1...512).contains(layers), groups >= 1, groups <= layers else {
        throw ValidationError(
          "--layers must be 1 to 512 and --groups 1 to --layers, got \(layers) and \(groups).")
      }
      let table = PatternTable(layers: layers, groups: groups)
      Console.output(SpaceTable.patterns(table).rendered(as: output.format), terminator: "")
    }
  }

  struct Schema: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Print a JSON Schema of space files for editors.")

    func run() throws {
      Console.output(SearchSpace.jsonSchema(schemas: MethodRegistry.schemas), terminator: "")
    }
  }
}
