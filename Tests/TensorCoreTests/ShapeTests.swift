import TensorCore
import Testing

@Suite struct ShapeTests {
  @Test func rowsAndColumnsSplitAtTheLastAxis() {
    let shape = Shape(2, 3, 4, 5)
    #expect(shape.rank == 4)
    #expect((shape.count, shape.rows, shape.columns) == (120, 24, 5))
    #expect((shape[0], shape[3]) == (2, 5))
    #expect(shape.dimensions == [2, 3, 4, 5])
    #expect(shape.description == "[2, 3, 4, 5]")
  }

  @Test func scalarsAndVectorsHaveOneRow() {
    #expect((Shape().rank, Shape().count, Shape().rows, Shape().columns) == (0, 1, 1, 1))
    #expect((Shape(7).rank, Shape(7).count, Shape(7).rows, Shape(7).columns) == (1, 7, 1, 7))
  }

  @Test func rankTellsShapesOfEqualExtentsApart() {
    #expect(Shape(3, 1) != Shape(3))
    #expect(Shape([3, 1]) == Shape(3, 1))
    #expect(Shape([]) == Shape())
  }

  @Test func emptyExtentsAreAllowed() {
    #expect((Shape(0, 4).count, Shape(0, 4).rows) == (0, 0))
  }
}
