import NeuralNets

/// `PROMPT_TUNING`: rows in front of the word embeddings.
///
/// Reference: huggingface/peft src/peft/tuners/prompt_tuning/model.py.
enum PromptTuningType: PEFTInsertedRows {
  static let name = "PROMPT_TUNING"
  static let origin = CanonicalForm.Prompt.Origin.trained
  static var config: [String: ConfigValue] { ["prompt_tuning_init": .text("RANDOM")] }
}
