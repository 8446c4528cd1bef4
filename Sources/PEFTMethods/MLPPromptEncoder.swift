import TensorCore

/// Three linear layers with ReLU between them: W₃ relu(W₂ relu(W₁ e + b₁) + b₂) + b₃.
///
/// W₁: [H, D], W₂: [H, H], W₃: [D, H]; weights and biases start in U(±1/√in), as PyTorch's do.
/// Reference: huggingface/peft src/peft/tuners/p_tuning/model.py.
struct MLPPromptEncoder: PromptEncoder {
  private let layers: [(weight: Parameter, bias: Parameter)]

  init(width: Int, inner: Int, tensors: PromptTensors) {
    layers = [(width, inner), (inner, inner), (inner, width)].enumerated().map { index, widths in
      tensors.linear("mlp.\(index)", from: widths.0, to: widths.1)
    }
  }

  var parameters: [Parameter] { layers.flatMap { [$0.weight, $0.bias] } }

  func callAsFunction(_ embedding: Tensor, tape: Tape) -> Tensor {
    var hidden = embedding
    for (index, layer) in layers.enumerated() {
      hidden = tape.linear(
        hidden, weight: tape.parameter(layer.weight), bias: tape.parameter(layer.bias))
      if index < layers.count - 1 { hidden = tape.relu(hidden) }
    }
    return hidden
  }

  /// D·H + H + H² + H + H·D + D.
  static func count(width: Int, inner: Int) -> Int {
    2 * width * inner + inner * inner + 2 * inner + width
  }
}

extension PromptTensors {
  /// The weight [out, in] and bias [out] of a linear layer, as PyTorch draws them.
  func linear(_ local: String, from input: Int, to output: Int) -> (
    weight: Parameter, bias: Parameter
  ) {
    let start = Initialisation.kaiming(fanIn: input)
    return (
      trained("\(local).weight", Shape(output, input), start),
      trained("\(local).bias", Shape(output), start)
    )
  }
}
