import NeuralNets
import TensorCore

/// `PREFIX_TUNING`: keys and values of all layers, the text's positions behind them.
///
/// A row of the tensor holds 2·L slots of width D: keys of layer l in slot 2·l, values in 2·l + 1.
/// Reference: huggingface/peft src/peft/peft_model.py, get_prompt.
enum PrefixTuningType: PEFTPromptType {
  static let name = "PREFIX_TUNING"
  static var config: [String: ConfigValue] { ["prefix_projection": .flag(false)] }

  static let note =
    "\n\nPEFT runs a prefix on this class with transformers 4; with transformers 5 it refuses."

  static func holds(_ form: CanonicalForm) -> Bool {
    switch form {
    case .prefix, .positionShift: true
    default: false
    }
  }

  static func refusal(_ forms: [PEFTPlacedForm], backbone: any Backbone) -> String? {
    let lengths = prefixes(forms).map(\.length)
    let shifts = forms.compactMap { placed -> Int? in
      guard case .positionShift(let shift) = placed.form else { return nil }
      return shift
    }
    let isWhole =
      lengths.count == backbone.layerCount && Set(lengths).count == 1 && shifts == [lengths[0]]
    return isWhole
      ? nil
      : "PREFIX_TUNING has one length in all layers and moves the text's positions behind it, as"
        + " p-tuning-v2 does and a prefix of single layers does not."
  }

  /// Keys, values and lengths from the lowest layer up.
  private static func prefixes(
    _ forms: [PEFTPlacedForm]
  ) -> [(keys: [Float], values: [Float], length: Int)] {
    forms.sorted { $0.site.layer < $1.site.layer }.compactMap { placed in
      guard case .prefix(let keys, let values, let length) = placed.form else { return nil }
      return (keys, values, length)
    }
  }

  static func embeddings(_ forms: [PEFTPlacedForm]) -> (rows: Int, values: [Float]) {
    let prefixes = prefixes(forms)
    let rows = prefixes[0].length
    let width = prefixes[0].keys.count / rows
    var values: [Float] = []
    for row in 0..<rows {
      let range = row * width..<(row + 1) * width
      for prefix in prefixes {
        values += prefix.keys[range]
        values += prefix.values[range]
      }
    }
    return (rows, values)
  }

  static func attach(_ embeddings: [Float], rows: Int, to backbone: any Backbone) {
    let width = backbone.width
    let stride = 2 * width * backbone.layerCount
    func slot(_ index: Int) -> Parameter {
      var values: [Float] = []
      for row in 0..<rows {
        let start = row * stride + index * width
        values += embeddings[start..<start + width]
      }
      return Parameter(path: tensorName, shape: Shape(rows, width), values: values)
    }
    for layer in 0..<backbone.layerCount {
      backbone.attach(
        ReadPrefix(keys: slot(2 * layer), values: slot(2 * layer + 1)),
        at: InsertionSite(layer: layer, point: .attention))
    }
    backbone.attach(ReadShift(positionShift: rows), at: .embeddings)
  }
}

/// Positions that PEFT leaves to the prefix.
private final class ReadShift: EmbeddingAdapter {
  let positionShift: Int

  init(positionShift: Int) {
    self.positionShift = positionShift
  }

  var rowCount: Int { 0 }
  var parameters: [Parameter] { [] }
  var canonicalForm: CanonicalForm { .other }

  func rows(tape: Tape) -> Tensor? { nil }
}
