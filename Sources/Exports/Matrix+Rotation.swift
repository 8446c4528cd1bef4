import LinearAlgebra

extension Matrix {
  /// I + 2Q + 2Q² + 2Q³ + Q⁴ of a skew matrix Q.
  var neumannRotation: Matrix {
    var sum = Matrix.identity(rows)
    var power = self
    for exponent in 1...4 {
      sum.add(power, scale: exponent == 4 ? 1 : 2)
      power = Matrix.product(power, self)
    }
    return sum
  }

  /// (I − Q)(I + Q)⁻¹ of a skew matrix Q; I + Q is always invertible.
  var cayleyRotation: Matrix {
    var minus = Matrix.identity(rows)
    minus.add(self, scale: -1)
    var plus = Matrix.identity(rows)
    plus.add(self, scale: 1)
    return Matrix.product(minus, plus.inverse)
  }

  /// The inverse by Gauss and Jordan with the largest pivot of each column.
  private var inverse: Matrix {
    var left = self
    var right = Matrix.identity(rows)
    for column in 0..<rows {
      let pivot = (column..<rows).max { abs(left[$0, column]) < abs(left[$1, column]) } ?? column
      for index in 0..<rows {
        (left[pivot, index], left[column, index]) = (left[column, index], left[pivot, index])
        (right[pivot, index], right[column, index]) = (right[column, index], right[pivot, index])
      }
      let scale = 1 / left[column, column]
      for index in 0..<rows {
        left[column, index] *= scale
        right[column, index] *= scale
      }
      for row in 0..<rows where row != column {
        let factor = left[row, column]
        for index in 0..<rows {
          left[row, index] -= factor * left[column, index]
          right[row, index] -= factor * right[column, index]
        }
      }
    }
    return right
  }

  /// W Rᵀ with R = diag(blocks).
  func rotatingColumnBlocks(_ blocks: [Matrix]) -> Matrix {
    var result = Matrix(rows: rows, columns: columns)
    let size = columns / max(1, blocks.count)
    for row in 0..<rows {
      for column in 0..<columns {
        let (block, inner) = (column / size, column % size)
        var sum = 0.0
        for index in 0..<size {
          sum += self[row, block * size + index] * blocks[block][inner, index]
        }
        result[row, column] = sum
      }
    }
    return result
  }
}
