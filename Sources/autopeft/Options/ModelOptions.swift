import ArgumentParser
import Tokenizers
import Training

/// Whether letters become small before the vocabulary is asked.
struct CasingOptions: ParsableArguments {
  @Flag(help: "For a backbone with vocab.txt alone: whether letters become small.")
  var casing: Casing?
}

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

  @OptionGroup var casingOptions: CasingOptions

  @Option(help: "The trained head: automatic, pooler, trained-pooler, token or two-layer.")
  var head: HeadKind = .automatic
}
