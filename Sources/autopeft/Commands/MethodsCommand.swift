import ArgumentParser
import Exports
import PEFTMethods
import Reports
import SearchSpaces

/// `autopeft methods`: the catalogue.
struct MethodsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "methods", abstract: "List the PEFT methods, or explain one.")

  @Argument(help: ArgumentHelp("A method's name.", valueName: "name"))
  var name: String?

  @Option(
    help: ArgumentHelp(
      "The backbone that refusals are those of: 'embedded', or a folder in the Hugging Face layout.",
      valueName: "folder"))
  var backbone = "embedded"

  @OptionGroup var output: OutputOptions

  func run() throws {
    let facts = try BackboneFacts(name: backbone)
    guard let name else {
      let entries = try MethodRegistry.schemas.map { try entry($0, on: facts) }
      Console.output(MethodTable.overview(entries).rendered(as: output.format), terminator: "")
      return
    }
    guard let schema = MethodRegistry.schemas.first(where: { $0.name == name }) else {
      throw MethodError.unknownMethod(name: name, known: MethodRegistry.schemas.map(\.name))
    }
    if output.format == .table {
      Console.output(MethodTable.heading(try entry(schema, on: facts)))
    }
    Console.output(MethodTable.parameters(schema).rendered(as: output.format), terminator: "")
  }

  private func entry(_ schema: MethodSchema, on facts: BackboneFacts) throws -> MethodTable.Entry {
    let offer = try MethodOffer(of: schema, on: facts.directory)
    return MethodTable.Entry(schema: schema, refusal: offer.refusal, exports: offer.exports)
  }
}
