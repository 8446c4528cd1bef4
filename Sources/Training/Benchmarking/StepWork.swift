internal import Foundation
internal import NeuralNets
internal import PEFTMethods
internal import SearchSpaces
internal import TensorCore

/// The multiply-adds of the matrix products of one training step, from shapes alone.
///
/// Only what the step needs is counted: real tokens (batches are packed), no gradient of a frozen
/// weight, no backward below the lowest tuned part, no layer below it where its states are kept, and
/// of the last layer only the rows that the head reads. Where those average the states
/// (`Backbone.averagesStates`), the key map works on B rows, the value map on B·H, and attention's
/// products are D wide for each of the H heads. With T tokens, x → y = x Wᵀ of a map in → out:
///   forward T·in·out; dx T·in·out where x needs a gradient; dW T·in·out where W is trained;
///   low rank R: forward T·R·(in + out), backward dA + dB + d(x Aᵀ) and, where needed, dx;
///   attention over n_b tokens (P prefix rows): S = Σ_b n_b (n_b + P), forward 2·S·D, backward
///   S·D for each of dV, dP, dQ, dK that is needed (dP where dQ or dK is);
///   bottleneck of width b: forward 2·T·D·b, backward 2·T·D·b for its weights, T·D·b for its inner
///   gradient and T·D·b more where its input needs one.
/// Layer norms, activations, softmax, embeddings, the loss and the optimizer are not counted: they
/// are not multiply-adds of matrices.
struct StepWork: Hashable, Sendable {
  var forward: Int
  var backward: Int

  /// Floating-point operations: a multiplication and an addition each.
  var operations: Double { 2 * Double(forward + backward) }

  static let zero = StepWork(forward: 0, backward: 0)

  static func += (total: inout StepWork, part: StepWork) {
    total.forward += part.forward
    total.backward += part.backward
  }
}

/// What is tuned in one layer, as far as its matrix products are concerned.
struct LayerTuning: Hashable, Sendable {
  /// A bottleneck on a residual branch.
  struct Branch: Hashable, Sendable {
    let width: Int
    /// Whether it reads the branch's input (parallel) or what the branch gives (serial).
    let readsInput: Bool
  }

  /// Ranks of the low-rank updates of each linear map.
  var ranks: [InsertionPoint: Int] = [:]
  /// Maps whose weight is trained.
  var trainedWeights: Set<InsertionPoint> = []
  /// Maps whose bias is trained.
  var trainedBiases: Set<InsertionPoint> = []
  var attentionBranches: [Branch] = []
  var feedForwardBranches: [Branch] = []
  /// Rows of a prefix.
  var prefix = 0
  var trainsAttentionNorm = false
  var trainsFeedForwardNorm = false
}

/// Walks over a network and adds up its products, knowing at each place whether a gradient passes.
struct WorkCounter {
  let shape: BackboneShape
  /// The numbers of tokens of the batch's sequences.
  let lengths: [Int]
  private let tokens: Int
  private var work = StepWork.zero

  init(shape: BackboneShape, lengths: [Int]) {
    self.shape = shape
    self.lengths = lengths
    tokens = lengths.reduce(0, +)
  }

  /// The work of a whole step.
  ///
  /// - Parameters:
  ///   - layers: what is tuned, from the input side.
  ///   - keptLayers: layers from the input side that are not computed: their states are kept.
  ///   - rowsRead: the rows of the last layer that are computed.
  ///   - averagesStates: whether these rows read averages of the last layer's input.
  ///   - tunesEmbeddings: whether the embeddings or their norm get gradients.
  ///   - head: the widths of the head's layers on the first tokens, as (in, out, is trained).
  static func step(
    shape: BackboneShape, layers: [LayerTuning], tunesEmbeddings: Bool, keptLayers: Int = 0,
    rowsRead: TokenRows = .all, averagesStates: Bool = false,
    head: [(input: Int, output: Int, isTrained: Bool)], lengths: [Int]
  ) -> StepWork {
    var counter = WorkCounter(shape: shape, lengths: lengths)
    var needsGradient = tunesEmbeddings
    for (index, layer) in layers.enumerated().dropFirst(keptLayers) {
      let isLast = index == layers.count - 1
      let rows = isLast ? rowsRead : .all
      needsGradient = counter.addLayer(
        layer, rows, averagesStates: rows == .firstTokens && averagesStates, needsGradient)
    }
    for part in head {
      counter.addMap(
        rows: lengths.count, part.input, part.output, inputNeeds: needsGradient,
        weightTrains: part.isTrained, outputNeeds: needsGradient || part.isTrained)
      needsGradient = needsGradient || part.isTrained
    }
    return counter.work
  }

  /// Adds one layer; whether its output needs a gradient.
  private mutating func addLayer(
    _ layer: LayerTuning, _ read: TokenRows, averagesStates: Bool, _ inputNeeds: Bool
  ) -> Bool {
    let (width, inner) = (shape.width, shape.feedForward)
    let rows = read == .all ? tokens : lengths.count
    let query = addSite(.query, layer, rows, width, width, inputNeeds)
    let context: Bool
    if averagesStates {
      context = addAverages(layer, query, inputNeeds)
    } else {
      let key = addSite(.key, layer, tokens, width, width, inputNeeds)
      let value = addSite(.value, layer, tokens, width, width, inputNeeds)
      context = addAttention(layer, read, query, key, value)
    }
    let attention = addSite(.attentionOutput, layer, rows, width, width, context)
    var hidden = addBranches(
      layer.attentionBranches, rows, input: inputNeeds, output: attention)
    hidden = hidden || inputNeeds || layer.trainsAttentionNorm
    let expanded = addSite(.feedForwardIn, layer, rows, width, inner, hidden)
    let contracted = addSite(.feedForwardOut, layer, rows, inner, width, expanded)
    let output = addBranches(layer.feedForwardBranches, rows, input: hidden, output: contracted)
    return output || hidden || layer.trainsFeedForwardNorm
  }

  /// Adds a linear map with its low-rank update; whether its output needs a gradient.
  private mutating func addSite(
    _ point: InsertionPoint, _ layer: LayerTuning, _ rows: Int, _ input: Int, _ output: Int,
    _ inputNeeds: Bool
  ) -> Bool {
    let rank = layer.ranks[point] ?? 0
    let weightTrains = layer.trainedWeights.contains(point)
    let needs =
      inputNeeds || rank > 0 || weightTrains || layer.trainedBiases.contains(point)
    addMap(
      rows: rows, input, output, inputNeeds: inputNeeds, weightTrains: weightTrains,
      outputNeeds: needs)
    work.forward += rows * rank * (input + output)
    work.backward += rows * rank * (2 * output + (inputNeeds ? 2 : 1) * input)
    return needs
  }

  private mutating func addMap(
    rows: Int, _ input: Int, _ output: Int, inputNeeds: Bool, weightTrains: Bool,
    outputNeeds: Bool
  ) {
    let product = rows * input * output
    work.forward += product
    guard outputNeeds else { return }
    work.backward += (inputNeeds ? product : 0) + (weightTrains ? product : 0)
  }

  private mutating func addAttention(
    _ layer: LayerTuning, _ read: TokenRows, _ query: Bool, _ key: Bool, _ value: Bool
  ) -> Bool {
    let pairs = lengths.reduce(0) { $0 + (read == .all ? $1 : 1) * ($1 + layer.prefix) }
    let product = pairs * shape.width
    let keys = key || layer.prefix > 0
    let values = value || layer.prefix > 0
    work.forward += 2 * product
    let needed = [values, query || keys, query, keys].filter { $0 }.count
    work.backward += needed * product
    return query || keys || values
  }

  /// Adds attention of first tokens over the states; whether its output needs a gradient.
  ///
  /// The scores need one where queries, states or a prefix do; the value map then has one through it.
  private mutating func addAverages(
    _ layer: LayerTuning, _ query: Bool, _ states: Bool
  ) -> Bool {
    let trainsKey = layer.trainedWeights.contains(.key)
    let queries = query || trainsKey
    let scores = queries || states || layer.prefix > 0
    let rows = lengths.count * shape.heads
    addMap(
      rows: lengths.count, shape.width, shape.width, inputNeeds: query, weightTrains: trainsKey,
      outputNeeds: queries)
    let product = tokens * shape.heads * shape.width
    work.forward += 2 * product
    work.backward += [states, scores, queries, states].filter { $0 }.count * product
    addMap(
      rows: lengths.count, shape.width, layer.prefix, inputNeeds: query, weightTrains: true,
      outputNeeds: true)
    addMap(
      rows: rows, layer.prefix, shape.width, inputNeeds: true, weightTrains: true,
      outputNeeds: true)
    return addSite(.value, layer, rows, shape.width, shape.width, scores)
      || layer.prefix > 0
  }

  /// Adds the bottlenecks of a branch; whether the branch's output needs a gradient with them.
  private mutating func addBranches(
    _ branches: [LayerTuning.Branch], _ rows: Int, input: Bool, output: Bool
  ) -> Bool {
    for branch in branches {
      let product = rows * shape.width * branch.width
      let inputNeeds = branch.readsInput ? input : output
      work.forward += 2 * product
      work.backward += (inputNeeds ? 4 : 3) * product
    }
    return output || !branches.isEmpty
  }
}
