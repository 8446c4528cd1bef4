import Foundation
public import SearchSpaces

extension PEFTConfiguration {
  /// The configuration on one line: layers, methods with their sizes, learning rate.
  ///
  /// `0-3 lora(rank 4) + bitfit · 4-11 – · lr 0.0012, 3 epochs`
  public var digest: String {
    var first = 0
    var parts: [String] = []
    for group in groups {
      let last = first + group.layers - 1
      let range = first == last ? "\(first)" : "\(first)-\(last)"
      let methods = group.methods.map(\.digest).joined(separator: " + ")
      parts.append("\(range) \(methods.isEmpty ? "–" : methods)")
      first += group.layers
    }
    parts += model.map(\.digest)
    let rate = String(format: "%.2g", training.learningRate)
    parts.append("lr \(rate), \(training.epochs) epoch\(training.epochs == 1 ? "" : "s")")
    return parts.joined(separator: " · ")
  }
}

extension MethodInstance {
  fileprivate var digest: String {
    let shown = ["placement", "targets", "rank", "bottleneck", "length"].compactMap {
      name -> String? in
      guard let value = parameters[name] else { return nil }
      switch value {
      case .integer(let size): return "\(name) \(size)"
      case .text(let text): return text
      case .list(let names): return names.joined(separator: ",")
      case .number, .flag: return nil
      }
    }
    return shown.isEmpty ? name : "\(name)(\(shown.joined(separator: " ")))"
  }
}
