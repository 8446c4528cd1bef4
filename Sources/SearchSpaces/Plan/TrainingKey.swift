/// The training settings that a space file may fix or search, by their names in it.
enum TrainingKey: String, Sendable, CaseIterable {
  case epochs
  case batch
  case learningRate = "learning-rate"
  case schedule
  case warmup
  case weightDecay = "weight-decay"
  case clip
  case patience
  case examples
  case length
  case backboneDropout = "backbone-dropout"

  /// What the setting means and which values are legal.
  var schema: ParameterSchema {
    let defaults = TrainingSettings()
    return switch self {
    case .epochs:
      ParameterSchema(
        rawValue, .integer(1...10_000), default: .integer(defaults.epochs),
        "Passes over the training examples.")
    case .batch:
      ParameterSchema(
        rawValue, .integer(1...65_536), default: .integer(defaults.batch),
        "Examples per optimizer step.")
    case .learningRate:
      ParameterSchema(
        rawValue, .number(1e-9...10), default: .number(defaults.learningRate),
        "Peak step size of AdamW for every module without its own.")
    case .schedule:
      ParameterSchema(
        rawValue, .choice(TrainingSettings.Schedule.allCases.map(\.rawValue)),
        default: .text(defaults.schedule.rawValue), "The learning rate after warm-up.")
    case .warmup:
      ParameterSchema(
        rawValue, .number(0...1), default: .number(defaults.warmup),
        "Share of all steps spent in linear warm-up.")
    case .weightDecay:
      ParameterSchema(
        rawValue, .number(0...10), default: .number(defaults.weightDecay),
        "Decoupled weight decay of matrices.")
    case .clip:
      ParameterSchema(
        rawValue, .number(0...1e9), default: .number(defaults.clip),
        "Largest global gradient norm; 0 switches clipping off.")
    case .patience:
      ParameterSchema(
        rawValue, .integer(0...10_000), default: .integer(defaults.patience),
        "Epochs without improvement before a trial stops; 0 trains to the end.")
    case .examples:
      ParameterSchema(
        rawValue, .integer(1...1_000_000_000), default: .text("all"),
        "How many training examples are used, a seeded subset; `all` uses every one.")
    case .length:
      ParameterSchema(
        rawValue, .integer(4...1_000_000), default: .integer(defaults.maximumLength),
        "Longest sequence in tokens, special tokens included.")
    case .backboneDropout:
      ParameterSchema(
        rawValue, .number(0...0.99), default: .number(defaults.backboneDropout),
        "Dropout of the frozen backbone while training.")
    }
  }

  /// Writes a value that obeys `schema` into settings.
  func set(_ value: ParameterValue, in settings: inout TrainingSettings) {
    let whole = value.asInteger ?? 0
    let number = value.asNumber ?? 0
    switch self {
    case .epochs: settings.epochs = whole
    case .batch: settings.batch = whole
    case .learningRate: settings.learningRate = number
    case .schedule:
      settings.schedule = value.asText.flatMap(TrainingSettings.Schedule.init) ?? .linear
    case .warmup: settings.warmup = number
    case .weightDecay: settings.weightDecay = number
    case .clip: settings.clip = number
    case .patience: settings.patience = whole
    case .examples: settings.examples = value.asInteger
    case .length: settings.maximumLength = whole
    case .backboneDropout: settings.backboneDropout = number
    }
  }

  /// The value in settings.
  func value(in settings: TrainingSettings) -> ParameterValue {
    switch self {
    case .epochs: .integer(settings.epochs)
    case .batch: .integer(settings.batch)
    case .learningRate: .number(settings.learningRate)
    case .schedule: .text(settings.schedule.rawValue)
    case .warmup: .number(settings.warmup)
    case .weightDecay: .number(settings.weightDecay)
    case .clip: .number(settings.clip)
    case .patience: .integer(settings.patience)
    case .examples: settings.examples.map { .integer($0) } ?? .text("all")
    case .length: .integer(settings.maximumLength)
    case .backboneDropout: .number(settings.backboneDropout)
    }
  }
}
