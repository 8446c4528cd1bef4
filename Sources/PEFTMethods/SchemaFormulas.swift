import SearchSpaces

extension PEFTMethod {
  /// The schema's count function from a formula over the typed method.
  ///
  /// Counts are asked for instances that `init` accepts; any other is refused before it can be
  /// trained, and has no size.
  static func counting(
    _ formula: @escaping @Sendable (Self, BackboneShape) -> ParameterCounts
  ) -> @Sendable (MethodInstance, BackboneShape) -> ParameterCounts {
    { instance, shape in
      do {
        return formula(try Self(instance), shape)
      } catch {
        return .zero
      }
    }
  }

  /// The schema's number of positions from a formula over the typed method; as for `counting`.
  static func positioning(
    _ formula: @escaping @Sendable (Self, BackboneShape) -> Int
  ) -> @Sendable (MethodInstance, BackboneShape) -> Int {
    { instance, shape in
      do {
        return formula(try Self(instance), shape)
      } catch {
        return 0
      }
    }
  }

  /// The schema's inserted rows, taken positions or passes from a formula over the typed method; as
  /// for `counting`.
  static func inserting(
    _ formula: @escaping @Sendable (Self) -> Int
  ) -> @Sendable (MethodInstance) -> Int {
    { instance in
      do {
        return formula(try Self(instance))
      } catch {
        return 0
      }
    }
  }

  /// The schema's lowest layer from a formula over the typed method; as for `counting`.
  static func startingAt(
    _ formula: @escaping @Sendable (Self, BackboneShape) -> Int
  ) -> @Sendable (MethodInstance, BackboneShape) -> Int {
    { instance, shape in
      do {
        return formula(try Self(instance), shape)
      } catch {
        return 0
      }
    }
  }

  /// The schema's claims from a formula over the typed method; as for `counting`.
  static func claiming(
    _ formula: @escaping @Sendable (Self, BackboneShape) -> [String]
  ) -> @Sendable (MethodInstance, BackboneShape) -> [String] {
    { instance, shape in
      do {
        return formula(try Self(instance), shape)
      } catch {
        return []
      }
    }
  }
}

extension BackboneShape {
  /// The parameters of one layer: 4(D² + D) + 2·D·F + F + D + 4·D.
  var layerParameterCount: Int {
    4 * (width * width + width) + 2 * width * feedForward + feedForward + 5 * width
  }
}
