import ArgumentParser
import Training

/// The backbone and the task of a training.
struct ModelOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "'embedded', or a folder in the Hugging Face layout.", valueName: "folder"))
  var backbone = "embedded"

  @Option(
    help: ArgumentHelp(
      "A generated task (nli2, agr2, lex, val), PRESET:FOLDER for a GLUE set, or a task file.",
      valueName: "task"))
  var task: String

  @Option(help: "The trained head: automatic, pooler, trained-pooler, token or two-layer.")
  var head: HeadKind = .automatic
}
