import Foundation
import GaussianProcesses
import LinearAlgebra
import Testing

struct OutputTransformTests {
  /// 7.1 (5): the values of the released code.
  @Test func copulaValues() throws {
    let hundred = try CopulaTransform((1...100).map(Double.init))
    #expect(abs(hundred.transformed(1) + 2.3263478740408408) < 1e-12)
    #expect(abs(hundred.transformed(99) - 2.3263478740408408) < 1e-12)
    #expect(abs(hundred.transformed(100) - 3.719016485455709) < 1e-12)
    let twoHundred = try CopulaTransform((1...200).map(Double.init))
    #expect(abs(twoHundred.transformed(1) + 2.5758293035489004) < 1e-12)
    #expect(abs(twoHundred.transformed(199) - 2.5758293035489004) < 1e-12)
    // A reference below and above all scores.
    #expect(abs(twoHundred.transformed(-5) + 3.719016485455709) < 1e-12)
    #expect(abs(twoHundred.transformed(500) - 3.719016485455709) < 1e-12)
  }

  @Test func tiesShareTheRankOfTheLast() throws {
    let map = try CopulaTransform([1, 2, 2, 2])
    #expect(map.transformed(2) == map.transformed(3))
    #expect(abs(map.transformed(1) + 0.6744897501960817) < 1e-12)
    #expect(map.transformed(1.9) == map.transformed(1))
    let constant = try CopulaTransform([5, 5, 5])
    #expect(abs(constant.transformed(5) - 3.719016485455709) < 1e-12)
  }

  @Test(arguments: OutputTransform.allCases)
  func transformsKeepTheOrderAndStayFinite(transform: OutputTransform) throws {
    let scores = [3, 1e12, -4, 3, 0.5, -1e12]
    let map = try transform.fitted(to: scores)
    let values = scores.map(map)
    for value in values { #expect(value.isFinite) }
    for (a, x) in zip(scores, values) {
      for (b, y) in zip(scores, values) where a < b { #expect(x <= y) }
    }
    #expect(throws: GaussianProcessError.noData) { try transform.fitted(to: []) }
    #expect(throws: GaussianProcessError.self) { try transform.fitted(to: [1, .nan]) }
  }
}
