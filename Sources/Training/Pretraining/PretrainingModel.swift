internal import Backbones
internal import LinearAlgebra
internal import NeuralNets
internal import TensorCore

/// The encoder with a prediction head over the vocabulary, whose output matrix is the word table.
///
/// logits = LN(GELU(h W_tᵀ + b_t)) Eᵀ + b_d, E: [V, D] the word table.
///
/// The residual scale α is held in the weights: LN(α x + f(x)) = LN(x + f(x) / α), so f's output
/// matrix and bias are stored divided by α and nothing has to be folded afterwards. An Adam step
/// of size η on W is a step of η / α on W / α: those parameters train with a rate divided by α,
/// and a decay multiplied by it.
/// Reference: arXiv 1810.04805, section 3.1; arXiv 2203.00555, section 2 (α).
final class PretrainingModel {
  let encoder: Bert
  private let transform: Linear
  private let transformNorm: LayerNorm
  private let outputBias: Parameter
  private let words: Parameter

  /// Draws all parameters: N(0, σ²) for matrices and tables, 0 for biases, 1 for norm scales.
  init(_ architecture: BertConfiguration, settings: PretrainingSettings) {
    let key = RandomKey(seed: settings.seed).derived("pretraining").derived("weights")
    let deviation = settings.initialDeviation
    func make(_ name: String, _ shape: Shape) -> Parameter {
      let scheme: Initialization
      if name.hasSuffix(".bias") {
        scheme = .zeros
      } else if name.hasSuffix("LayerNorm.weight") {
        scheme = .constant(1)
      } else {
        scheme = .normal(
          standardDeviation: Self.isBranchOutput(name)
            ? deviation / settings.residualScale : deviation)
      }
      return Parameter(
        path: name, shape: shape, values: scheme.values(shape, key: key.derived(name)))
    }
    let width = architecture.width
    encoder = Bert(architecture, hasPooler: false, parameter: make)
    transform = Linear(
      weight: make("transform.weight", Shape(width, width)),
      bias: make("transform.bias", Shape(width)))
    transformNorm = LayerNorm(
      scale: make("transform.LayerNorm.weight", Shape(width)),
      shift: make("transform.LayerNorm.bias", Shape(width)), epsilon: architecture.epsilon)
    outputBias = make("output.bias", Shape(architecture.vocabulary))
    words = encoder.parameters(layer: nil)[0].parameter
  }

  /// Whether a parameter makes the output of a residual branch.
  private static func isBranchOutput(_ name: String) -> Bool {
    name.contains(".output.dense.")
  }

  private var headParameters: [HostParameter] {
    [
      HostParameter(name: "transform.weight", role: .weight, parameter: transform.weight),
      HostParameter(name: "transform.norm.scale", role: .normScale, parameter: transformNorm.scale),
      HostParameter(name: "transform.norm.shift", role: .normShift, parameter: transformNorm.shift),
      HostParameter(name: "output.bias", role: .bias, parameter: outputBias),
    ]
      + (transform.bias.map {
        [HostParameter(name: "transform.bias", role: .bias, parameter: $0)]
      } ?? [])
  }

  /// Makes everything trainable and sorts it into groups of equal rate and decay.
  func optimizerGroups(_ settings: PretrainingSettings) -> [ParameterGroup] {
    var groups: [[Bool]: [NamedParameter]] = [:]
    for host in encoder.parameters + headParameters {
      host.parameter.makeTrainable()
      let decays = host.role == .weight || host.role == .embedding
      let isScaled = Self.isBranchOutput(host.parameter.path)
      groups[[decays, isScaled], default: []].append(
        NamedParameter(name: host.parameter.path, parameter: host.parameter))
    }
    let scale = settings.residualScale
    return [[false, false], [false, true], [true, false], [true, true]].map { kind in
      ParameterGroup(
        parameters: groups[kind] ?? [],
        learningRate: settings.learningRate / (kind[1] ? scale : 1),
        weightDecay: kind[0] ? settings.weightDecay * (kind[1] ? scale : 1) : 0)
    }
  }

  /// Logits [rows + B, V]: first of the tokens to predict, then of the first token of every
  /// document.
  func logits(_ batch: MaskedBatch, tape: Tape) -> Tensor {
    let hidden = encoder.hidden(batch.packed, tape: tape)
    let chosen = tape.gatherRows(hidden, rows: batch.rows + batch.packed.firstTokens)
    let features = transformNorm(tape.gelu(transform(chosen, tape: tape)), tape: tape)
    return tape.linear(
      features, weight: tape.parameter(words), bias: tape.parameter(outputBias))
  }

  /// The mean cross entropy of the hidden words, and that of [CLS] against all content words of
  /// its document, every word of the batch weighing the same.
  static func losses(
    _ logits: Tensor, _ batch: MaskedBatch, tape: Tape
  ) -> (words: Tensor, bag: Tensor) {
    let count = Int32(batch.rows.count)
    let predicted = tape.gatherRows(logits, rows: Array(0..<count))
    let bag = tape.gatherRows(logits, rows: batch.bagDocuments.map { $0 + count })
    return (
      tape.crossEntropy(predicted, labels: batch.labels),
      tape.crossEntropy(bag, labels: batch.bagLabels)
    )
  }
}
