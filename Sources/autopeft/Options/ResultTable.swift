import Reports
import SearchSpaces
import Training

/// What a training or an evaluation gave, one measure a row.
enum ResultTable {
  static func of(_ score: Predictor.Score) -> Table {
    var table = Table(columns: ["measure", "value"])
    table.append([.text("score"), .number(score.score, digits: 4)])
    for (name, value) in score.metrics.sorted(by: { $0.key < $1.key }) {
      table.append([.text(name), .number(value, digits: 4)])
    }
    table.append([.text("loss"), .number(score.loss, digits: 4)])
    table.append([.text("examples"), .integer(score.predictions.count)])
    return table
  }

  static func of(_ result: TrialResult) -> Table {
    var table = Table(columns: ["measure", "value"])
    table.append([.text("state"), .text(result.state.rawValue)])
    table.append([.text("score"), .number(result.score, digits: 4)])
    table.append([.text("best_epoch"), result.bestEpoch.map { .integer($0) } ?? .missing])
    table.append([.text("steps"), .integer(result.steps)])
    table.append([.text("parameters"), .integer(result.counts.trainedParameters)])
    table.append([.text("head_parameters"), .integer(result.counts.headParameters)])
    return table
  }
}
