/// The part of PEFT's `adapter_config.json` that a LoRA adapter needs, with old keys only.
///
/// Recent versions warn at unknown keys and older ones refuse them, so nothing is written that a
/// version of 2023 does not know, `rank_pattern` and `alpha_pattern` included.
struct AdapterConfig: Codable, Equatable {
  var peftType = "LORA"
  var taskType = "SEQ_CLS"
  var inferenceMode = true
  var baseModel: String
  var rank: Int
  var alpha: Double
  var dropout = 0.0
  var bias = "none"
  var fanInFanOut = false
  var initWeights = true
  var targets: [String]
  var saved: [String]
  var rankPattern: [String: Int] = [:]
  var alphaPattern: [String: Double] = [:]

  init(baseModel: String, rank: Int, alpha: Double, targets: [String], saved: [String]) {
    self.baseModel = baseModel
    self.rank = rank
    self.alpha = alpha
    self.targets = targets
    self.saved = saved
  }

  enum CodingKeys: String, CodingKey {
    case peftType = "peft_type"
    case taskType = "task_type"
    case inferenceMode = "inference_mode"
    case baseModel = "base_model_name_or_path"
    case rank = "r"
    case alpha = "lora_alpha"
    case dropout = "lora_dropout"
    case bias
    case fanInFanOut = "fan_in_fan_out"
    case initWeights = "init_lora_weights"
    case targets = "target_modules"
    case saved = "modules_to_save"
    case rankPattern = "rank_pattern"
    case alphaPattern = "alpha_pattern"
  }
}
