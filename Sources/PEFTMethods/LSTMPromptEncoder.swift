import TensorCore

/// Two layers of a bidirectional LSTM and two linear layers with ReLU between them.
///
/// A direction of a layer, with gates i, f, g, o side by side in [4H]:
///   z_t = W_x x_t + b_x + W_h h_{t−1} + b_h,   c_t = σ(f) c_{t−1} + σ(i) tanh(g),
///   h_t = σ(o) tanh(c_t),   h and c start at 0;  W_x: [4H, in], W_h: [4H, H];
/// both directions side by side are the next layer's input [P, 2H]; then
/// W₂ relu(W₁ h + b₁) + b₂ with W₁: [2H, 2H], W₂: [D, 2H].
///
/// The LSTM starts in U(±1/√H), the linear layers in U(±1/√in), as PyTorch's do.
/// Reference: THUDM/P-tuning LAMA/p_tuning/prompt_encoder.py; huggingface/peft
/// src/peft/tuners/p_tuning/model.py.
struct LSTMPromptEncoder: PromptEncoder {
  /// Two in P-tuning and by default in PEFT.
  static let layerCount = 2

  /// In the order of the layers, forward before backward.
  private let directions: [LSTMDirection]
  private let inner: (weight: Parameter, bias: Parameter)
  private let outer: (weight: Parameter, bias: Parameter)

  /// - Parameter hidden: H, the width of one direction.
  init(width: Int, hidden: Int, tensors: PromptTensors) {
    directions = (0..<Self.layerCount).flatMap { layer in
      [false, true].map { isBackward in
        LSTMDirection(
          "lstm.\(layer).\(isBackward ? "backward" : "forward")", isBackward: isBackward,
          input: layer == 0 ? width : 2 * hidden, hidden: hidden, tensors: tensors)
      }
    }
    inner = tensors.linear("mlp.0", from: 2 * hidden, to: 2 * hidden)
    outer = tensors.linear("mlp.1", from: 2 * hidden, to: width)
  }

  var parameters: [Parameter] {
    directions.flatMap(\.parameters) + [inner.weight, inner.bias, outer.weight, outer.bias]
  }

  func callAsFunction(_ embedding: Tensor, tape: Tape) -> Tensor {
    var states = embedding
    for layer in 0..<Self.layerCount {
      states = tape.concatenateColumns([
        directions[2 * layer](states, tape: tape), directions[2 * layer + 1](states, tape: tape),
      ])
    }
    let mixed = tape.relu(
      tape.linear(
        states, weight: tape.parameter(inner.weight), bias: tape.parameter(inner.bias)))
    return tape.linear(
      mixed, weight: tape.parameter(outer.weight), bias: tape.parameter(outer.bias))
  }

  /// 2·(4H·in + 4H² + 8H) for each layer, 4H² + 2H + 2H·D + D for the linear ones.
  static func count(width: Int, hidden: Int) -> Int {
    let layers = (0..<layerCount).reduce(0) { sum, layer in
      let input = layer == 0 ? width : 2 * hidden
      return sum + 2 * (4 * hidden * input + 4 * hidden * hidden + 8 * hidden)
    }
    return layers + 4 * hidden * hidden + 2 * hidden + 2 * hidden * width + width
  }
}

/// One direction of one layer.
private struct LSTMDirection {
  private let isBackward: Bool
  private let hidden: Int
  private let input: (weight: Parameter, bias: Parameter)
  private let recurrent: (weight: Parameter, bias: Parameter)

  init(_ local: String, isBackward: Bool, input: Int, hidden: Int, tensors: PromptTensors) {
    self.isBackward = isBackward
    self.hidden = hidden
    func map(_ name: String, from width: Int) -> (weight: Parameter, bias: Parameter) {
      let start = Initialisation.kaiming(fanIn: hidden)
      return (
        tensors.trained("\(local).\(name).weight", Shape(4 * hidden, width), start),
        tensors.trained("\(local).\(name).bias", Shape(4 * hidden), start)
      )
    }
    self.input = map("input", from: input)
    recurrent = map("recurrent", from: hidden)
  }

  var parameters: [Parameter] {
    [input.weight, input.bias, recurrent.weight, recurrent.bias]
  }

  /// The states h of all rows: [P, in] → [P, H].
  func callAsFunction(_ x: Tensor, tape: Tape) -> Tensor {
    let fromInput = tape.linear(
      x, weight: tape.parameter(input.weight), bias: tape.parameter(input.bias))
    let weight = tape.parameter(recurrent.weight)
    let bias = tape.parameter(recurrent.bias)
    var state = tape.zeros(Shape(1, hidden))
    var cell = tape.zeros(Shape(1, hidden))
    var states: [Tensor] = []
    for step in 0..<x.rows {
      let row = isBackward ? x.rows - 1 - step : step
      let gates = tape.add(
        tape.gatherRows(fromInput, rows: [Int32(row)]),
        tape.linear(state, weight: weight, bias: bias))
      func gate(_ index: Int) -> Tensor {
        tape.sliceColumns(gates, index * hidden..<(index + 1) * hidden)
      }
      cell = tape.add(
        tape.multiply(tape.sigmoid(gate(1)), cell),
        tape.multiply(tape.sigmoid(gate(0)), tape.tanh(gate(2))))
      state = tape.multiply(tape.sigmoid(gate(3)), tape.tanh(cell))
      states.append(state)
    }
    return tape.concatenateRows(isBackward ? states.reversed() : states)
  }
}
