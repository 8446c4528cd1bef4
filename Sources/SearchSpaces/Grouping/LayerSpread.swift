/// How the parameter budget is spread over the layers, from the input side.
///
/// Layer i of L gets the weight i (increasing), 1 (uniform) or L + 1 − i (decreasing).
/// S4 does not publish its slope; this linear one is ours.
/// Reference: arXiv 2301.01821, section 3 (the three options).
public enum LayerSpread: String, Codable, Sendable, CaseIterable {
  case increasing
  case uniform
  case decreasing

  /// The weight of layer 1 … `layers`.
  func weight(ofLayer layer: Int, of layers: Int) -> Int {
    switch self {
    case .increasing: layer
    case .uniform: 1
    case .decreasing: layers + 1 - layer
    }
  }
}
