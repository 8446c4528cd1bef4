import SearchSpaces

/// The functions of a schema from formulas over the typed method.
///
/// They are asked for instances that `init` accepts; any other is refused before it can be trained,
/// and has no size.
extension PEFTMethod {
  /// The schema's count function.
  static func counting(
    _ formula: @escaping @Sendable (Self, BackboneShape) -> ParameterCounts
  ) -> @Sendable (MethodInstance, BackboneShape) -> ParameterCounts {
    { instance, shape in value(of: instance, else: .zero) { formula($0, shape) } }
  }

  /// The schema's number of positions, or its lowest layer.
  static func measuring(
    _ formula: @escaping @Sendable (Self, BackboneShape) -> Int
  ) -> @Sendable (MethodInstance, BackboneShape) -> Int {
    { instance, shape in value(of: instance, else: 0) { formula($0, shape) } }
  }

  /// The schema's inserted rows, taken positions or passes.
  static func inserting(
    _ formula: @escaping @Sendable (Self) -> Int
  ) -> @Sendable (MethodInstance) -> Int {
    { instance in value(of: instance, else: 0, formula) }
  }

  /// The schema's claims.
  static func claiming(
    _ formula: @escaping @Sendable (Self, BackboneShape) -> [String]
  ) -> @Sendable (MethodInstance, BackboneShape) -> [String] {
    { instance, shape in value(of: instance, else: []) { formula($0, shape) } }
  }

  /// The schema's refusal.
  static func refusing(
    _ formula: @escaping @Sendable (Self, BackboneShape) -> String?
  ) -> @Sendable (MethodInstance, BackboneShape) -> String? {
    { instance, shape in value(of: instance, else: nil) { formula($0, shape) } }
  }

  private static func value<Value>(
    of instance: MethodInstance, else refused: Value, _ formula: (Self) -> Value
  ) -> Value {
    do {
      return formula(try Self(instance))
    } catch {
      return refused
    }
  }
}

extension BackboneShape {
  /// The parameters of one layer: 4(D² + D) + 2·D·F + F + D + 4·D.
  var layerParameterCount: Int {
    4 * (width * width + width) + 2 * width * feedForward + feedForward + 5 * width
  }
}
