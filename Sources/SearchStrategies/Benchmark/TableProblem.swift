import Algorithms
import Foundation

/// A task of which every point was trained: scores by epoch under several seeds, from a table.
///
/// A line holds the sizes of adapter, parallel adapter and prefix, a bit for each group of layers from
/// the input side, and for each seed the score after each epoch. A training reports its best epoch;
/// the value of a point is the mean of these over seeds. The hypervolume is measured from the lowest
/// value and the largest number of parameters in the table.
public struct TableProblem: BenchmarkProblem {
  let width: Int
  let reference: [Double]
  /// The seed whose scores are measured.
  private let seed: Int
  /// The best score so far after each epoch, by seed.
  private let curves: [AutoPEFTShape: [[Double]]]
  private let name: String

  /// - Parameters:
  ///   - text: comma-separated values with the head `adapter,parallel-adapter,prefix,layers,seed0-epoch1,…`.
  ///   - name: what errors call it.
  ///   - layers: L, a multiple of the bits of a line.
  ///   - seed: the table's seeds are taken in turn.
  public init(
    _ text: String, name: String, layers: Int, width: Int, seed: UInt64
  ) throws(BenchmarkError) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: true)
    let head = lines.first.map { $0.split(separator: ",").map(String.init) } ?? []
    guard head.count > 4, head.prefix(4) == ["adapter", "parallel-adapter", "prefix", "layers"]
    else {
      throw .table(
        name: name, line: 1, expected: "adapter,parallel-adapter,prefix,layers,seed0-epoch1,…",
        got: String(lines.first ?? ""))
    }
    let columns = try Self.columns(head, name: name)
    var curves: [AutoPEFTShape: [[Double]]] = [:]
    for (index, line) in lines.enumerated().dropFirst() {
      let (shape, values) = try Self.point(
        line, count: head.count, layers: layers, name: name, line: index + 1)
      let own = columns.map { places in
        places.map { values[$0] }.reductions(max)
      }
      guard curves.updateValue(own, forKey: shape) == nil else {
        throw .table(name: name, line: index + 1, expected: "a new point", got: String(line))
      }
    }
    let values = curves.values.map(Self.value)
    guard let lowest = values.min() else {
      throw .table(name: name, line: 2, expected: "a point", got: "")
    }
    self.curves = curves
    self.name = name
    self.width = width
    self.seed = Int(seed % UInt64(columns.count))
    let most = curves.keys.map { $0.parameters(width: width) }.max() ?? 0
    reference = [lowest, -Double(most)]
  }

  /// The places of each seed's epochs among the scores of a line.
  private static func columns(_ head: [String], name: String) throws(BenchmarkError) -> [[Int]] {
    var columns: [[Int]] = []
    for (place, title) in head.dropFirst(4).enumerated() {
      if title == "seed\(columns.count)-epoch1" {
        columns.append([place])
      } else if title == "seed\(columns.count - 1)-epoch\((columns.last?.count ?? 0) + 1)" {
        columns[columns.count - 1].append(place)
      } else {
        throw .table(name: name, line: 1, expected: "seeds and their epochs in order", got: title)
      }
    }
    return columns
  }

  private static func point(
    _ line: Substring, count: Int, layers: Int, name: String, line number: Int
  ) throws(BenchmarkError) -> (AutoPEFTShape, [Double]) {
    let fields = line.split(separator: ",", omittingEmptySubsequences: false)
    let sizes = fields.prefix(3).compactMap { Int($0) }
    let values = fields.dropFirst(4).compactMap { Double($0) }.filter(\.isFinite)
    let bits = fields.count > 3 ? fields[3] : ""
    guard fields.count == count, sizes.count == 3, sizes.allSatisfy({ $0 >= 0 }),
      values.count == count - 4, !bits.isEmpty, bits.allSatisfy({ $0 == "0" || $0 == "1" }),
      layers.isMultiple(of: bits.count)
    else {
      throw .table(
        name: name, line: number,
        expected: "three sizes, bits of which \(layers) layers are a multiple, and "
          + "\(count - 4) scores", got: String(line))
    }
    let repeats = layers / bits.count
    let active = bits.flatMap { Array(repeating: $0 == "1", count: repeats) }
    return (
      AutoPEFTShape(serial: sizes[0], parallel: sizes[1], prefix: sizes[2], active: active), values
    )
  }

  /// The mean over seeds of what whole trainings report.
  private static func value(_ curves: [[Double]]) -> Double {
    curves.reduce(0) { $0 + ($1.last ?? 0) } / Double(curves.count)
  }

  private func curves(_ shape: AutoPEFTShape) throws(BenchmarkError) -> [[Double]] {
    if let found = curves[shape] { return found }
    let bits = shape.active.map { $0 ? "1" : "0" }.joined()
    throw .notInTable(
      name: name, point: "\(shape.serial), \(shape.parallel), \(shape.prefix) in layers \(bits)")
  }

  func value(_ shape: AutoPEFTShape) throws(BenchmarkError) -> Double {
    Self.value(try curves(shape))
  }

  func measured(_ shape: AutoPEFTShape) throws(BenchmarkError) -> Double {
    let curve = try curves(shape)[seed]
    return curve[curve.count - 1]
  }

  func measured(_ shape: AutoPEFTShape, epochs: Int) throws(BenchmarkError) -> Double {
    let curve = try curves(shape)[seed]
    guard epochs <= curve.count else {
      throw .fewEpochs(name: name, epochs: curve.count, asked: epochs)
    }
    return curve[epochs - 1]
  }

  func bestPoints() -> [[Double]] {
    curves.map { [Self.value($1), -Double($0.parameters(width: width))] }
  }
}
