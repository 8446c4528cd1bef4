import Foundation

/// The Matérn kernel of smoothness 5/2: twice differentiable functions.
///
/// c(s) = (1 + √5 r + 5/3 r²) exp(−√5 r),  r = √s;  dc/ds = −5/6 (1 + √5 r) exp(−√5 r).
///
/// The slope is written in s, where it is finite at r = 0.
public enum Matern52: Kernel {
  public static let name = "matern-5/2"
  public static let reference =
    "Rasmussen and Williams, Gaussian Processes for Machine Learning, 2006, equation 4.17; "
    + "Snoek, Larochelle, Adams, arXiv 1206.2944, section 3.1"

  public static func correlation(
    _ squaredDistances: [Double]
  ) -> (values: [Double], slopes: [Double]) {
    var values = squaredDistances
    var slopes = squaredDistances
    for (index, s) in squaredDistances.enumerated() {
      let scaled = (5 * s).squareRoot()
      let decay = exp(-scaled)
      values[index] = (1 + scaled + scaled * scaled / 3) * decay
      slopes[index] = -5.0 / 6 * (1 + scaled) * decay
    }
    return (values, slopes)
  }
}
