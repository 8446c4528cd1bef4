import Checkpoints
import NeuralNets
import TensorCore
import TestSupport

/// One layer whose norms come before its blocks, from a fixture: the host of CoDA's tests.
final class PreNormLayer: AdapterHost {
  static let lengths = [5, 9]

  let width = 12
  let layerCount = 1
  let headCount = 3
  let maximumLength = 64
  private let norms: [LayerNorm]
  private let maps: [String: Linear]
  private let attention = SelfAttention(heads: 3, dropout: Dropout(rate: 0, label: ""))
  private var adapter: (any LayerAdapter)?

  init(_ fixture: WeightReader) throws {
    func parameter(_ name: String) throws -> Parameter {
      let tensor = try fixture.tensor("layer.\(name)")
      return Parameter(path: name, shape: Shape(tensor.shape), values: Array(tensor.values))
    }
    norms = try ["norm1", "norm2"].map {
      LayerNorm(
        scale: try parameter("\($0).weight"), shift: try parameter("\($0).bias"), epsilon: 1e-5)
    }
    maps = Dictionary(
      uniqueKeysWithValues: try ["query", "key", "value", "output", "inner", "outer"].map {
        ($0, Linear(weight: try parameter("\($0).weight"), bias: try parameter("\($0).bias")))
      })
  }

  /// The layer's output for x [T, D] of sequences with `lengths`.
  func callAsFunction(_ x: Tensor, tape: Tape) -> Tensor {
    let offsets = Self.lengths.reduce(into: [Int32(0)]) { $0.append($0[$0.count - 1] + Int32($1)) }
    let normed = norms[0](x, tape: tape)
    let pass = LayerPass(input: x, normed: normed, offsets: offsets) { rows, context in
      self.blocks(x, normed, rows: rows, context: context, offsets: offsets, tape: tape)
    }
    guard let adapter else {
      return tape.add(x, pass.blocks((0..<Int32(x.rows)).map { $0 }, .all))
    }
    return adapter.output(pass, tape: tape)
  }

  private func blocks(
    _ x: Tensor, _ normed: Tensor, rows: [Int32], context: LayerPass.Context, offsets: [Int32],
    tape: Tape
  ) -> Tensor {
    let read = context == .all ? normed : tape.gatherRows(normed, rows: rows)
    var batch = PackedBatch()
    for (first, end) in zip(offsets, offsets.dropFirst()) {
      let count = context == .all ? Int(end - first) : rows.count { first <= $0 && $0 < end }
      let zeros = ArraySlice([Int32](repeating: 0, count: count))
      batch.append(zeros, types: zeros)
    }
    let all = attention(
      map("query", read, tape), map("key", read, tape), map("value", read, tape), batch: batch,
      tape: tape)
    let u = map("output", context == .all ? tape.gatherRows(all, rows: rows) : all, tape)
    let h = tape.add(tape.gatherRows(x, rows: rows), u)
    let inner = Activation.gelu(map("inner", norms[1](h, tape: tape), tape), tape: tape)
    return tape.add(u, map("outer", inner, tape))
  }

  private func map(_ name: String, _ x: Tensor, _ tape: Tape) -> Tensor {
    guard let linear = maps[name] else { preconditionFailure("no map '\(name)'") }
    return linear(x, tape: tape)
  }

  func insertionPoints(layer: Int) -> [InsertionPoint] { [.layer] }
  func linear(at site: InsertionSite) -> Linear? { nil }
  func attach(_ adapter: any LinearAdapter, at site: InsertionSite) {}
  func attach(_ adapter: any HiddenAdapter, at site: InsertionSite) {}
  func isTaken(_ site: InsertionSite) -> Bool { adapter != nil }
  func attach(_ adapter: any AttentionAdapter, at site: InsertionSite) {}
  func attach(_ adapter: any EmbeddingAdapter, at site: InsertionSite) {}
  func attach(_ adapter: any InputAdapter, at site: InsertionSite) {}
  func attach(_ adapter: any LayerAdapter, at site: InsertionSite) { self.adapter = adapter }
  func parameters(layer: Int?) -> [HostParameter] { [] }
}
