import Foundation
import LinearAlgebra

/// How the variance of a posterior mean over independent inputs splits among groups of inputs.
///
/// The functional ANOVA of μ(x) = mean + Σᵢ αᵢ k(x, xᵢ) under a product law:
///
///     V = Var μ,   V_g = Var E[μ | x_g],   V_gh = Var E[μ | x_g, x_h] − V_g − V_h,
///     T_g = V − Var E[μ | all but x_g]
///
/// All in closed form. Hamming factorises over dimensions, and Matérn-5/2 is a mixture of squared
/// exponentials, which do (`Matern52.mixture`); so with components p, q of weights w, and for a set u
/// of inputs,
///
///     E[E[μ − mean | x_u]²] = s⁴ Σ_pq w_p w_q Σᵢⱼ αᵢ αⱼ Π_{d ∈ u} E[c_p(x_d, xᵢ) c_q(x_d, xⱼ)]
///                             · Π_{d ∉ u} E[c_p(x_d, xᵢ)] E[c_q(x_d, xⱼ)],
///
/// and the expectations of one dimension are sums over its law (`InputLaw`): exact for levels and
/// choices, Gauss–Legendre for a continuum. Inputs must always exist under the law.
///
/// Reference: Hutter, Hoos, Leyton-Brown, "An efficient approach for assessing hyperparameter
/// importance", ICML 2014 (functional ANOVA of a surrogate); Oakley and O'Hagan, "Probabilistic
/// sensitivity analysis of complex models", JRSS B 66, 2004, section 3 (of a Gaussian process).
/// Complexity: n² · (d · nodes + groups²) for each of the 378 pairs of components.
public struct PosteriorVariance: Sendable {
  /// E μ.
  public let mean: Double
  /// V.
  public let variance: Double
  /// V_g.
  public let mains: [Double]
  /// T_g: of everything that the group has a part in.
  public let totals: [Double]
  /// V_gh for g < h: (0, 1), (0, 2) … (1, 2) ….
  public let pairs: [(first: Int, second: Int, value: Double)]

  /// - Parameters:
  ///   - laws: of each input.
  ///   - groups: a partition of the inputs.
  public init(_ process: GaussianProcess, laws: [InputLaw], groups: [[Int]]) {
    precondition(
      laws.count == process.inputs.dimensions
        && groups.flatMap { $0 }.sorted() == Array(laws.indices),
      "PosteriorVariance: every input needs a law and a place in one group")
    let factors = InputFactors(process, laws: laws, groups: groups)
    var sums = Moments(groups: groups.count)
    for p in factors.components.indices {
      for q in 0...p {
        let weight = factors.components[p].weight * factors.components[q].weight
        sums.add(factors, p, q, times: (p == q ? 1 : 2) * weight)
      }
    }
    let scale = process.hyperparameters.signalVariance
    let centre = scale * factors.expectation
    func variance(_ second: Double) -> Double { max(0, scale * scale * second - centre * centre) }
    mean = process.hyperparameters.mean + centre
    let whole = variance(sums.whole)
    let mains = sums.mains.map(variance)
    self.variance = whole
    self.mains = mains
    totals = sums.others.map { max(0, whole - variance($0)) }
    pairs = sums.pairs.map { first, second, value in
      (first, second, max(0, variance(value) - mains[first] - mains[second]))
    }
  }
}

/// The correlations of every group with every observed point, and their expectations.
private struct InputFactors {
  let components: [Matern52.Component]
  let alpha: [Double]
  /// E[c_p(x_g, xᵢ)]: [components][groups][n].
  private(set) var expectations: [[[Double]]] = []
  /// √weight · c_p(place, xᵢ) of each input: [components][inputs] of [n, places].
  private var roots: [[Matrix]] = []
  private let groups: [[Int]]

  init(_ process: GaussianProcess, laws: [InputLaw], groups: [[Int]]) {
    self.groups = groups
    alpha = process.alpha
    components =
      process.inputs.kinds.contains(.ordered)
      ? Matern52.mixture : [Matern52.Component(weight: 1, rate: 0)]
    let n = alpha.count
    for component in components {
      let own = laws.indices.map { Self.root(process, $0, laws[$0], component) }
      expectations.append(
        groups.map { group in
          var product = Array(repeating: 1.0, count: n)
          for input in group {
            let means = own[input].times(laws[input].weights.map { $0.squareRoot() })
            for i in 0..<n { product[i] *= means[i] }
          }
          return product
        })
      roots.append(own)
    }
  }

  private static func root(
    _ process: GaussianProcess, _ input: Int, _ law: InputLaw, _ component: Matern52.Component
  ) -> Matrix {
    let inputs = process.inputs
    let scale = process.hyperparameters.lengthScales[input]
    let isOrdered = inputs.kinds[input] == .ordered
    let rate = (isOrdered ? component.rate : 0.5) / (scale * scale)
    var values: [Double] = []
    for i in 0..<inputs.count {
      let place = i * inputs.dimensions + input
      let (own, isActive) = (inputs.values[place], inputs.isActive[place])
      for (x, weight) in zip(law.places, law.weights) {
        let distance = Embedding.distance(
          x, own, bothActive: isActive, kind: inputs.kinds[input])
        values.append(weight.squareRoot() * exp(-rate * distance))
      }
    }
    return Matrix(rows: inputs.count, columns: law.places.count, values: values)
  }

  /// E[μ − mean] / s².
  var expectation: Double {
    components.indices.reduce(0) { sum, p in
      var terms = alpha
      for group in expectations[p] { for i in terms.indices { terms[i] *= group[i] } }
      return sum + components[p].weight * terms.reduce(0, +)
    }
  }

  /// E[c_p(x_g, xᵢ) c_q(x_g, xⱼ)] of every group: [n, n] each.
  func products(_ p: Int, _ q: Int) -> [Matrix] {
    groups.map { group in
      var result: Matrix?
      for input in group {
        let own = Matrix.product(roots[p][input], .none, roots[q][input], .transposed)
        result = result.map { Moments.hadamard($0, own) } ?? own
      }
      return result ?? Matrix(rows: alpha.count, columns: alpha.count, repeating: 1)
    }
  }

  /// α times the expectations of all groups but some.
  func side(_ p: Int, without left: [Int]) -> [Double] {
    var terms = alpha
    for group in groups.indices where !left.contains(group) {
      for i in terms.indices { terms[i] *= expectations[p][group][i] }
    }
    return terms
  }
}

/// Second moments of conditional expectations, in units of s⁴.
private struct Moments {
  var whole = 0.0
  var mains: [Double]
  var others: [Double]
  var pairs: [(first: Int, second: Int, value: Double)]

  init(groups: Int) {
    mains = Array(repeating: 0, count: groups)
    others = mains
    pairs = (0..<groups).flatMap { g in (g + 1..<max(groups, g + 1)).map { (g, $0, 0.0) } }
  }

  /// Adds one pair of components.
  mutating func add(_ factors: InputFactors, _ p: Int, _ q: Int, times weight: Double) {
    let products = factors.products(p, q)
    func form(_ matrix: Matrix, without groups: [Int]) -> Double {
      let right = matrix.times(factors.side(q, without: groups))
      return zip(factors.side(p, without: groups), right).reduce(0) { $0 + $1.0 * $1.1 }
    }
    for group in products.indices {
      mains[group] += weight * form(products[group], without: [group])
    }
    for index in pairs.indices {
      let (g, h, _) = pairs[index]
      pairs[index].value +=
        weight * form(Self.hadamard(products[g], products[h]), without: [g, h])
    }
    // Products of all groups behind each one, then of all before.
    let ones = Matrix(
      rows: factors.alpha.count, columns: factors.alpha.count, repeating: 1)
    var behind = [ones]
    for product in products.dropFirst().reversed() {
      behind.append(Self.hadamard(product, behind[behind.count - 1]))
    }
    behind.reverse()
    var before = ones
    let all = Array(products.indices)
    for group in products.indices {
      others[group] +=
        weight
        * form(Self.hadamard(before, behind[group]), without: all.filter { $0 != group })
      before = Self.hadamard(before, products[group])
    }
    whole += weight * form(before, without: all)
  }

  static func hadamard(_ a: Matrix, _ b: Matrix) -> Matrix {
    var result = a
    for index in result.values.indices { result.values[index] *= b.values[index] }
    return result
  }
}
