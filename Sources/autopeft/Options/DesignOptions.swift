import ArgumentParser
import Foundation
import SearchSpaces

/// A fixed design: a space file without decisions, whose sizes the budget decides.
struct DesignOptions: ParsableArguments {
  @Option(
    name: .customLong("design"),
    help: ArgumentHelp(
      "A design by name (a file of --designs-dir, such as s4, unipelt, lora), or a file.",
      valueName: "name"))
  var name: String?

  @Option(help: ArgumentHelp("The folder of designs.", valueName: "folder"))
  var designsDir = "spaces/designs"

  @Option(
    help: ArgumentHelp(
      "What the design may cost: a share of the backbone's parameters or a number.",
      valueName: "0.5%"))
  var budget: String?

  func validate() throws {
    if name == nil, budget != nil {
      throw ValidationError("--budget belongs to --design.")
    }
  }

  /// The one configuration of the design on a backbone.
  func configuration(backbone: String, overrides: [String]) throws -> PEFTConfiguration {
    let file = try path()
    let settings = (budget.map { ["budget.deployed=\($0)"] } ?? []) + overrides
    let space = try StudyAssembly.space(
      try SpaceText.read(URL(filePath: file), name: file), file: file, backbone: backbone,
      overrides: settings)
    guard space.dimensions.isEmpty else {
      throw ValidationError(
        "\(file) leaves decisions open (\(space.dimensions[0].hyperparameter)); a design has none. "
          + "Use 'autopeft search' for it.")
    }
    return try space.candidate(at: [:]).configuration
  }

  private func path() throws -> String {
    let name = name ?? ""
    if name.contains("/") || name.hasSuffix(".yaml") { return name }
    let file = "\(designsDir)/\(name).yaml"
    guard !FileManager.default.fileExists(atPath: file) else { return file }
    let known = ((try? FileManager.default.contentsOfDirectory(atPath: designsDir)) ?? [])
      .filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }.sorted()
    throw ValidationError(
      known.isEmpty
        ? "no designs in '\(designsDir)'. Name the folder with --designs-dir."
        : "unknown design '\(name)'. Known: \(known.joined(separator: ", ")).")
  }
}
