/// Where encoded points lie in the Euclidean space in which kernels measure distance.
///
/// Squared distance of two points in one dimension, in units of ℓ²:
///
///     ordered,   both active        (x − x')²
///     ordered,   one active         (x − ½)² + ¾
///     unordered, both active        [c ≠ c'] / 3
///     unordered, one active         1/3
///     both inactive                 0
///
/// So an input that is inactive in both points carries no distance, an input that always exists is
/// measured as usual (the kernel is then exactly the ordinary one), and presence against absence
/// has a distance that hardly depends on the value, without a further hyper-parameter. The third
/// makes the mean squared distance of two random choices out of two, 1/6, that of two uniform
/// numbers, so that one prior of the length scales serves both kinds.
///
/// Why it is a valid kernel: the ordered case is the Euclidean distance under the map
/// x ↦ (x − ½, √3/2), inactive ↦ (0, 0): the interval is one side of an equilateral triangle whose
/// third corner is "absent", as far from both ends as these are from each other. The unordered case
/// is the squared distance between corners of a regular simplex with edge 1/√3, with "absent" as
/// one more corner. A `Kernel` is positive semi-definite on any Euclidean distance, and products of such kernels are
/// (Schur). "Distance 0 unless both are active" would not do: it makes one inactive point coincide
/// with two different active ones, and the Gram matrix of these three has the determinant
/// −(1 − k)².
///
/// Reference: the triangle is a wedge of fixed shape, see Horn et al., "Surrogates for hierarchical
/// search spaces: the wedge-kernel and an automated analysis", GECCO 2019; the idea of embedding
/// conditional inputs is from Hutter and Osborne, "A kernel for hierarchical parameter spaces",
/// arXiv 1310.5738.
struct Embedding: Sendable {
  /// How differences in one coordinate become squared distance.
  private enum Measure: Sendable {
    case difference
    case mismatch
  }

  /// One coordinate of all points.
  private struct Coordinate: Sendable {
    let dimension: Int
    let measure: Measure
    let values: [Double]
  }

  static let apex = 0.75.squareRoot()
  static let mismatch = 1.0 / 3

  let count: Int
  /// Which function each point belongs to; nil where all belong to the searched one.
  let tasks: [RelatedTask]?
  private let kinds: [InputKind]
  private let coordinates: [Coordinate]

  init(_ inputs: EncodedInputs) {
    let width = inputs.dimensions
    count = inputs.count
    kinds = inputs.kinds
    tasks = inputs.tasks.allSatisfy(\.isOwn) ? nil : inputs.tasks
    var coordinates: [Coordinate] = []
    for dimension in 0..<width {
      let places = (0..<inputs.count).map { $0 * width + dimension }
      switch inputs.kinds[dimension] {
      case .ordered:
        coordinates.append(
          Coordinate(
            dimension: dimension, measure: .difference,
            values: places.map { inputs.isActive[$0] ? inputs.values[$0] - 0.5 : 0 }))
        coordinates.append(
          Coordinate(
            dimension: dimension, measure: .difference,
            values: places.map { inputs.isActive[$0] ? Self.apex : 0 }))
      case .unordered:
        coordinates.append(
          Coordinate(
            dimension: dimension, measure: .mismatch,
            values: places.map { inputs.isActive[$0] ? inputs.values[$0] : -1 }))
      }
    }
    self.coordinates = coordinates
  }

  /// Multiplies a row of kernel values by the factors between a point of another embedding and
  /// every point of this one.
  func scaleByTasks(from index: Int, of other: Embedding, _ row: inout [Double]) {
    guard tasks != nil || other.tasks != nil else { return }
    let origin = other.tasks?[index] ?? .own
    for j in row.indices { row[j] *= origin.factor(tasks?[j] ?? .own) }
  }

  /// The factors of every pair i > j: (1,0), (2,0), (2,1) …; nil where all are 1.
  var pairTaskFactors: [Double]? {
    tasks.map { tasks in
      tasks.indices.flatMap { i in (0..<i).map { tasks[i].factor(tasks[$0]) } }
    }
  }

  /// The unscaled squared distance in one dimension of an active value from another point.
  static func distance(
    _ value: Double, _ other: Double, bothActive: Bool, kind: InputKind
  ) -> Double {
    switch kind {
    case .ordered:
      let gap = value - (bothActive ? other : 0.5)
      return gap * gap + (bothActive ? 0 : apex * apex)
    case .unordered: return bothActive && value == other ? 0 : mismatch
    }
  }

  /// The unscaled squared distances in one dimension of every pair i > j: (1,0), (2,0), (2,1) ….
  func pairDistances(dimension: Int) -> [Double] {
    var result = Array(repeating: 0.0, count: count * (count - 1) / 2)
    for coordinate in coordinates where coordinate.dimension == dimension {
      var place = 0
      for i in 0..<count {
        let own = coordinate.values[i]
        for j in 0..<i {
          let gap = own - coordinate.values[j]
          switch coordinate.measure {
          case .difference: result[place] += gap * gap
          case .mismatch: result[place] += gap == 0 ? 0 : Self.mismatch
          }
          place += 1
        }
      }
    }
    return result
  }

  /// Adds weightᵢ · (squared distance in dimension i) from a point of another embedding to every
  /// point of this one, for the dimensions of one kind.
  func addDistances(
    from index: Int, of other: Embedding, kind: InputKind, weights: [Double],
    to result: inout [Double]
  ) {
    for (own, theirs) in zip(coordinates, other.coordinates) where kinds[own.dimension] == kind {
      let weight = weights[own.dimension]
      let origin = theirs.values[index]
      result.withUnsafeMutableBufferPointer { out in
        own.values.withUnsafeBufferPointer { values in
          switch own.measure {
          case .difference:
            for j in out.indices {
              let gap = origin - values[j]
              out[j] += weight * gap * gap
            }
          case .mismatch:
            let step = weight * Self.mismatch
            for j in out.indices { out[j] += origin == values[j] ? 0 : step }
          }
        }
      }
    }
  }

  /// x − ½ (0 where inactive) of every point in an ordered dimension.
  func positions(dimension: Int) -> [Double] {
    coordinates.first { $0.dimension == dimension }?.values ?? []
  }
}
