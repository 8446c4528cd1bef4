/// A LORA adapter that PEFT, vLLM and llama.cpp read as the same update.
///
/// W + s_m · B_m A_m with modules' own ranks r_m becomes W + B'_m A'_m with one rank R = max r_m:
/// A'_m [R, in] is A_m over rows of zeros, B'_m [out, R] is s_m · B_m beside columns of zeros, r = R
/// and lora_alpha = R. No `rank_pattern`, no `alpha_pattern`, no `use_rslora`: vLLM reads one rank
/// and one alpha, and the converter of llama.cpp takes alpha over the rank of each tensor.
///
/// Reference: huggingface/peft src/peft/tuners/lora/layer.py; vllm-project/vllm
/// vllm/lora/peft_helper.py; ggml-org/llama.cpp convert_lora_to_gguf.py.
public struct PortablePEFT: Exporter {
  public static let name = "hf-peft-portable"
  public static let summary =
    "hf-peft as LORA with one rank and no scale, which vLLM and llama.cpp read like PEFT."
  public static let library = "peft"

  private let format = HuggingFacePEFT(.oneRank)

  public init() {}

  public func refusal(of subject: ExportSubject) -> String? { format.refusal(of: subject) }

  public func conversion(of subject: ExportSubject) throws -> String? {
    try format.conversion(of: subject)
  }

  public func write(_ subject: ExportSubject, to directory: String) throws {
    try format.write(subject, to: directory)
  }

  public func reload(_ directory: String, like subject: ExportSubject) throws -> ReloadedModel {
    try format.reload(directory, like: subject)
  }
}
