internal import Backbones
internal import Checkpoints
internal import LinearAlgebra
internal import NeuralNets
internal import TensorCore

/// Pretrains the embedded backbone on generated text and writes it as a model's folder.
///
/// One pass of masked word prediction with a bag-of-words loss at [CLS]; at the end the weights
/// are rounded to half precision, measured again, and written. The same settings on the same
/// machine give the same bytes: matrix products use one thread, and ones this small would gain
/// nothing from more.
public enum Pretrainer {
  /// Runs a pretraining to its end.
  ///
  /// - Parameters:
  ///   - settings: the defaults make the committed backbone.
  ///   - output: the folder to write to; it is made where it does not exist.
  ///   - progress: called at every measurement on the validation text.
  /// - Returns: what the written model reaches.
  /// - Throws: `PretrainingError.diverged`, or what keeps the folder from being written.
  @discardableResult
  public static func run(
    settings: PretrainingSettings = PretrainingSettings(), output: String,
    progress: (PretrainingProgress) -> Void
  ) throws -> PretrainingReport {
    BLAS.setThreadCount(1)
    let folder = try PretrainedFolder(path: output)
    let model = PretrainingModel(PretrainingSettings.architecture, settings: settings)
    let validation = PretrainingValidation(settings: settings)
    let trained = try train(model, settings, validation, progress)
    model.encoder.parameters.forEach { HalfPrecision.round($0.parameter.values) }
    let rounded = validation.measure(model)
    let connectors = PretrainingValidation.connectorAccuracies(model, settings: settings)
    let bytes = try folder.write(model.encoder, settings: settings)
    return PretrainingReport(
      trained: trained, rounded: rounded,
      connectors: connectors.map { .init(kind: $0.kind, accuracy: $0.accuracy) },
      weightBytes: bytes)
  }

  private static func train(
    _ model: PretrainingModel, _ settings: PretrainingSettings,
    _ validation: PretrainingValidation, _ progress: (PretrainingProgress) -> Void
  ) throws -> PretrainingMeasurement {
    var source = MaskedBatchSource(settings: settings, stream: "training")
    var adam = AdamW.Settings()
    adam.beta2 = 0.98
    adam.epsilon = 1e-6
    let optimizer = AdamW(model.optimizerGroups(settings), settings: adam)
    let parameters = optimizer.parameters
    let tape = Tape(recording: true)
    var tokens = 0
    var measurement = validation.measure(model)
    for step in 0..<settings.steps {
      let batch = source.next()
      Gradients.zero(parameters)
      let losses = PretrainingModel.losses(
        model.logits(batch, tape: tape), batch, tape: tape)
      let loss = tape.add(
        losses.words, tape.scaled(losses.bag, by: settings.bagOfWordsWeight))
      guard loss.scalar.isFinite else { throw PretrainingError.diverged(step: step + 1) }
      tape.backward(from: loss)
      let norm = Gradients.norm(parameters)
      optimizer.step(
        factor: settings.factor(step: step),
        gradientScale: Gradients.clippingFactor(norm: norm, limit: settings.clip))
      tape.reset()
      tokens += batch.packed.tokenCount
      if (step + 1).isMultiple(of: settings.evaluationInterval) || step + 1 == settings.steps {
        measurement = validation.measure(model)
        progress(
          PretrainingProgress(
            step: step + 1, steps: settings.steps, tokens: tokens,
            documents: source.documentCount, gradientNorm: norm, measurement: measurement))
      }
    }
    return measurement
  }
}

/// What keeps a pretraining from ending well.
public enum PretrainingError: Error, Hashable, Sendable, CustomStringConvertible {
  case diverged(step: Int)
  case cannotCreateFolder(path: String, reason: String)

  public var description: String {
    switch self {
    case .diverged(let step):
      "pretraining: the loss is not finite at step \(step). Use a smaller learning rate."
    case .cannotCreateFolder(let path, let reason):
      "pretraining: cannot create the folder '\(path)': \(reason)."
    }
  }
}
