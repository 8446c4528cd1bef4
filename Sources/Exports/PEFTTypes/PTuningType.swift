import NeuralNets

/// `P_TUNING`: the same rows as of `PROMPT_TUNING`, which an encoder made while training.
///
/// PEFT builds no encoder for inference, and what it saves holds none.
/// Reference: huggingface/peft src/peft/tuners/p_tuning/model.py.
enum PTuningType: PEFTInsertedRows {
  static let name = "P_TUNING"
  static let origin = CanonicalForm.Prompt.Origin.encoded
  static var config: [String: ConfigValue] {
    ["encoder_reparameterization_type": .text("MLP")]
  }
}
