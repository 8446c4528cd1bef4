import Foundation
import Testing

@testable import LinearAlgebra

/// Values from mpmath with 50 digits; parity with BoTorch is in GaussianProcessesTests.
struct SpecialFunctionsTests {
  @Test(arguments: [
    (0.0, 1.2533141373155003, 1.0),
    (0.5, 0.8763644564536923, 0.5618177717731538),
    (1.0, 0.6556795424187984, 0.34432045758120156),
    (2.0, 0.4213692292880545, 0.15726154142389107),
    (5.0, 0.19280810471531576, 0.03595947642342118),
    (8.0, 0.1231319632579323, 0.01494429393654163),
    (11.9, 0.08345234588179229, 0.00691708400667172),
    (12.0, 0.08276628650136918, 0.006804561983569873),
    (12.1, 0.0820913432753868, 0.006694746367819803),
    (20.0, 0.04987592598183679, 0.002481480363264327),
    (40.0, 0.02498440420572057, 0.0006238317711771541),
    (1000.0, 0.0009999990000029999, 9.99997000015e-07),
  ])
  func millsRatioAndComplement(t: Double, ratio: Double, complement: Double) {
    #expect(abs(SpecialFunctions.millsRatio(t) / ratio - 1) < 4e-15)
    // Below 12 the complement is a difference that loses log10(t²) digits.
    #expect(abs(SpecialFunctions.millsComplement(t) / complement - 1) < 1e-15 * (4 + 4 * t * t))
  }

  @Test(arguments: [
    (5.0, 1.6094379231264313, 0.19999994053122006),
    (1.0, 0.08002621884930694, 0.7766387252017393),
    (0.0, -0.9189385332046728, 1.2533141373155003),
    (-0.5, -1.6205162643873199, 1.5598731483480797),
    (-0.999, -2.4832171154475855, 1.9035493173589595),
    (-1.001, -2.4870256579553893, 1.904993272734213),
    (-3.0, -7.869686059603029, 3.5323375176251606),
    (-8.0, -37.12236426169263, 8.239396506840066),
    (-11.9, -76.69769951768451, 12.06467144266286),
    (-12.1, -79.13037071758207, 12.262054268400982),
    (-38.0, -730.1961834021138, 38.05252276004133),
    (-100.0, -5010.12957880025, 100.01999400419587),
  ])
  func logImprovement(z: Double, value: Double, derivative: Double) {
    let result = SpecialFunctions.logImprovement(z)
    #expect(abs(result.value - value) <= 1e-15 * abs(value) + 5e-13)
    #expect(abs(result.derivative / derivative - 1) < 5e-13)
  }

  @Test func logImprovementHasNoStepsAtItsBranches() {
    for branch in [-1.0, -12.0] {
      let below = SpecialFunctions.logImprovement(branch.nextDown)
      let above = SpecialFunctions.logImprovement(branch.nextUp)
      #expect(abs(below.value - above.value) < 1e-12)
      #expect(abs(below.derivative - above.derivative) < 1e-11)
    }
  }

  @Test func farTailsStayFinite() {
    for z in [-1e150, -1e20, -1e3, 1e3, 1e150] {
      let result = SpecialFunctions.logImprovement(z)
      #expect(result.value.isFinite && result.derivative.isFinite)
      #expect(result.derivative > 0)
    }
  }

  @Test func normalDensityAndDistribution() {
    #expect(abs(SpecialFunctions.normalDensity(0) - 0.3989422804014327) < 1e-16)
    #expect(SpecialFunctions.normalDistribution(0) == 0.5)
    #expect(abs(SpecialFunctions.normalDistribution(1.96) - 0.9750021048517795) < 1e-15)
    #expect(abs(SpecialFunctions.normalDistribution(-10) / 7.619853024160527e-24 - 1) < 1e-13)
  }

  /// Φ(Φ⁻¹(p)) = p over the middle and both tails.
  @Test func normalQuantilesInvertTheDistribution() {
    for exponent in stride(from: -300.0, through: -0.05, by: 0.37) {
      let p = pow(10, exponent)
      let z = SpecialFunctions.normalQuantile(p)
      let tolerance = 1e-15 * max(10, z * z)
      #expect(abs(SpecialFunctions.normalDistribution(z) / p - 1) < 10 * tolerance)
      if p > 1e-10 { #expect(abs(SpecialFunctions.normalQuantile(1 - p) + z) < 1e-5) }
    }
    #expect(SpecialFunctions.normalQuantile(0.5) == 0)
    #expect(abs(SpecialFunctions.normalQuantile(0.975) - 1.959963984540054) < 1e-14)
  }
}
