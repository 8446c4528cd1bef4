internal import CVectorKernels

extension Tape {
  /// A sum of Kronecker products: C = Σ_i A_i ⊗ B_i, C[(a, k), (c, l)] = Σ_i A_i[a, c] B_i[k, l].
  ///
  /// a: [n·p, q] and b: [n·k, l] hold their n matrices one under the other → [p·k, q·l].
  public func kroneckerSum(_ a: Tensor, _ b: Tensor, terms: Int = 1) -> Tensor {
    precondition(
      terms > 0 && a.rows % terms == 0 && b.rows % terms == 0,
      "kroneckerSum: a \(a.shape) and b \(b.shape) do not hold \(terms) matrices each")
    let layout = KroneckerLayout(a: a, b: b, terms: terms)
    let c = makeTensor(
      Shape(layout.outerRows * layout.innerRows, layout.outerColumns * layout.innerColumns),
      requiresGradient: a.requiresGradient || b.requiresGradient)
    c.values.update(repeating: 0)
    layout.forEach { left, right, target in
      vk_axpy(a.values[left], b.pointer + right, c.pointer + target, layout.innerColumns)
    }
    if c.requiresGradient { record(KroneckerOperation(output: c, a: a, b: b, layout: layout)) }
    return c
  }
}

/// The extents of A_i [p, q] and B_i [k, l].
private struct KroneckerLayout {
  let terms: Int
  let outerRows: Int
  let outerColumns: Int
  let innerRows: Int
  let innerColumns: Int

  init(a: Tensor, b: Tensor, terms: Int) {
    self.terms = terms
    outerRows = a.rows / terms
    outerColumns = a.columns
    innerRows = b.rows / terms
    innerColumns = b.columns
  }

  /// Every element of A with every row of its B: the offsets of both and that of the row in C.
  func forEach(_ body: (_ left: Int, _ right: Int, _ target: Int) -> Void) {
    let width = outerColumns * innerColumns
    for term in 0..<terms {
      for row in 0..<outerRows {
        for column in 0..<outerColumns {
          let left = (term * outerRows + row) * outerColumns + column
          for inner in 0..<innerRows {
            body(
              left, (term * innerRows + inner) * innerColumns,
              (row * innerRows + inner) * width + column * innerColumns)
          }
        }
      }
    }
  }
}

private struct KroneckerOperation: Operation {
  let output: Tensor
  let a: Tensor
  let b: Tensor
  let layout: KroneckerLayout

  /// dA_i[a, c] = Σ_kl dC[(a, k), (c, l)] B_i[k, l] and the like for B_i.
  func backward(_ gradient: OutputGradient, tape: Tape) {
    let aTarget = tape.target(for: a)
    let bTarget = tape.target(for: b)
    aTarget?.clearIfNew(a.count)
    bTarget?.clearIfNew(b.count)
    layout.forEach { left, right, target in
      let row = gradient.pointer + target
      if let aTarget {
        aTarget.pointer[left] += vk_dot(row, b.pointer + right, layout.innerColumns)
      }
      if let bTarget {
        vk_axpy(a.values[left], row, bTarget.pointer + right, layout.innerColumns)
      }
    }
  }
}
