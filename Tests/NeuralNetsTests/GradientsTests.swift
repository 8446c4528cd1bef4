import NeuralNets
import TensorCore
import Testing

@Suite struct GradientsTests {
  private func parameters() -> [Parameter] {
    let (a, b) = (normalParameter("a", Shape(2)), normalParameter("b", Shape(1)))
    for parameter in [a, b] { parameter.makeTrainable() }
    a.gradient[0] = 3
    a.gradient[1] = -4
    b.gradient[0] = 12
    return [a, b, normalParameter("frozen", Shape(7))]
  }

  @Test func normIsOverAllParameters() {
    #expect(Gradients.norm(parameters()) == 13)
  }

  @Test func clippingScalesTheNormToTheLimit() {
    let list = parameters()
    #expect(Gradients.clip(list, limit: 1) == 13)
    #expect(abs(Gradients.norm(list) - 1) < 1e-6)
    #expect(abs(list[0].gradientArray[0] - 3.0 / 13) < 1e-6)
  }

  @Test func smallGradientsStayAsTheyAre() {
    let list = parameters()
    Gradients.clip(list, limit: 13.1)
    #expect(list[0].gradientArray == [3, -4])
    #expect(Gradients.clippingFactor(norm: 0, limit: 1) == 1)
  }

  @Test func zeroClearsAll() {
    let list = parameters()
    Gradients.zero(list)
    #expect(Gradients.norm(list) == 0)
  }
}
