import ArgumentParser
import Checkpoints
import Reports
import SearchSpaces

/// `autopeft backbone info`: what a checkpoint is.
struct BackboneCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "backbone", abstract: "Look at a backbone.", subcommands: [Info.self])

  struct Info: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Print the sizes, files and parameter count of a backbone.")

    @Argument(help: ArgumentHelp("'embedded', or a folder in the Hugging Face layout."))
    var directory: String

    @OptionGroup var output: OutputOptions

    func run() throws {
      let facts = try BackboneFacts(name: directory)
      let shape = try facts.shape
      var table = Table(columns: ["property", "value"])
      table.append([.text("model_type"), .text(facts.directory.config.modelType)])
      table.append([.text("layers"), .integer(shape.layers)])
      table.append([.text("width"), .integer(shape.width)])
      table.append([.text("heads"), .integer(shape.heads)])
      table.append([.text("feed_forward"), .integer(shape.feedForward)])
      table.append([.text("vocabulary"), .integer(shape.vocabulary)])
      table.append([.text("positions"), .integer(shape.positions)])
      table.append([.text("pooler"), .flag(shape.hasPooler)])
      table.append([.text("parameters"), .integer(shape.parameterCount)])
      for (file, hash) in try facts.contentHashes() {
        table.append([.text("sha256 \(file)"), .text(hash)])
      }
      Console.output(table.rendered(as: output.format), terminator: "")
    }
  }
}
