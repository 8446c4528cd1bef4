/// How the parameter budget is spread over the layers, from the input side.
///
/// Increasing runs in equal steps from half the mean at layer 1 to one and a half times the mean at
/// layer L: the share of layer i is the mean times 1/2 + (i − 1) / (L − 1); decreasing is its mirror.
/// S4 does not publish its slope. This one keeps the smallest share at half the mean, so that a set of
/// methods that fits twice into a uniform layer fits everywhere; a slope from 0 would refuse most
/// sets in the poorest layer.
/// Reference: arXiv 2301.01821, section 3 (the three options).
public enum LayerSpread: String, Codable, Sendable, CaseIterable {
  case increasing
  case uniform
  case decreasing

  /// The weight of layer 1 … `layers`, a whole number: 2 (L − 1) times the share over the mean.
  func weight(ofLayer layer: Int, of layers: Int) -> Int {
    switch self {
    case .uniform: 1
    case .increasing: layers == 1 ? 1 : layers - 1 + 2 * (layer - 1)
    case .decreasing: layers == 1 ? 1 : layers - 1 + 2 * (layers - layer)
    }
  }
}
