import Foundation

/// What SciPy, statsmodels and scikit-learn compute: Tests/Fixtures/statistics/scipy.json.
struct StatisticsFixture: Decodable {
  struct Paired: Decodable {
    var name: String
    var differences: [Double]
    var margin: Double
    var hodgesLehmann: Double
    var wilcoxonStatistic: Double
    var wilcoxonP: Double
    var signFlipP: Double?
    var lower90: Double
    var upper90: Double
    var tostP: Double
    var winsWithHalfTies: Double
    var positiveShareInterval: [Double]
    var positive: Int
  }

  struct Accelerated: Decodable {
    var values: [Double]
    var intervals: [String: [Double]]
  }

  struct Friedman: Decodable {
    var scores: [[Double]]
    var statistic: Double
    var p: Double
  }

  struct Correlation: Decodable {
    var x: [Double]
    var y: [Double]
    var kendall: Double
    var spearman: Double
  }

  struct Holm: Decodable {
    var p: [Double]
    var adjusted: [Double]
  }

  struct Proportion: Decodable {
    var successes: Int
    var count: Int
    var interval: [Double]
  }

  struct Student: Decodable {
    var degrees: Double
    var p: Double
    var quantile: Double
    var t: Double
    var cumulative: Double
  }

  struct Normal: Decodable {
    var p: Double
    var quantile: Double
  }

  struct ChiSquare: Decodable {
    var degrees: Int
    var x: Double
    var upper: Double
  }

  struct Ridge: Decodable {
    var rows: [[Double]]
    var targets: [Double]
    var penalty: Double
    var intercept: Double
    var coefficients: [Double]
  }

  var versions: [String: String]
  var paired: [Paired]
  var bca: Accelerated
  var friedman: [Friedman]
  var correlation: Correlation
  var holm: Holm
  var clopperPearson: [Proportion]
  var student: [Student]
  var normal: [Normal]
  var chiSquare: [ChiSquare]
  var ridge: Ridge

  static func read() throws -> StatisticsFixture {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../Fixtures/statistics/scipy.json").standardizedFileURL
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(Self.self, from: Data(contentsOf: file))
  }
}
