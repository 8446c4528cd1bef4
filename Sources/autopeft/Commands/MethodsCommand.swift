import ArgumentParser
import PEFTMethods
import Reports
import SearchSpaces

/// `autopeft methods`: the catalogue.
struct MethodsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "methods", abstract: "List the PEFT methods, or explain one.")

  @Argument(help: ArgumentHelp("A method's name.", valueName: "name"))
  var name: String?

  @OptionGroup var output: OutputOptions

  func run() throws {
    guard let name else {
      Console.output(
        MethodTable.overview(MethodRegistry.schemas).rendered(as: output.format), terminator: "")
      return
    }
    guard let schema = MethodRegistry.schemas.first(where: { $0.name == name }) else {
      throw MethodError.unknownMethod(name: name, known: MethodRegistry.schemas.map(\.name))
    }
    if output.format == .table {
      Console.output(MethodTable.heading(schema))
    }
    Console.output(MethodTable.parameters(schema).rendered(as: output.format), terminator: "")
  }
}
