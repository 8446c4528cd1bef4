import Foundation
import Reports
import RunStore
import SearchSpaces
import SearchStrategies
import Studies
import Training

/// Says before a planned search starts how many trainings it has and how long they will take.
struct PlanNotice {
  let plan: StrategyPlan
  /// References and start configurations.
  let given: Int
  let parallel: Int
  /// Seconds of one training, measured; nil where it could not be.
  let seconds: Double?

  /// The stages as a table.
  var table: Table {
    var table = Table(columns: ["stage", "arms", "blocks", "trainings", "hours"])
    func row(_ name: String, _ arms: Int?, _ blocks: Int?, _ runs: Int) {
      table.append([
        .text(name), arms.map { .integer($0) } ?? .missing,
        blocks.map { .integer($0) } ?? .missing, .integer(runs),
        .number(hours(runs), digits: 2),
      ])
    }
    if given > 0 { row("references and start", nil, nil, given) }
    for stage in plan.stages { row(stage.name, stage.arms, stage.blocks, stage.runs) }
    row("all", nil, nil, given + plan.runs)
    return table
  }

  /// How the hours were found.
  var note: String {
    guard let seconds else {
      return "The pilot training failed, so no time is estimated."
    }
    let time = seconds < 10 ? String(format: "%.1f", seconds) : String(format: "%.0f", seconds)
    return
      "One pilot training took \(time) s; hours are for \(parallel) at a time. Arms that are the "
      + "same training within a block run once, so it may be fewer."
  }

  private func hours(_ runs: Int) -> Double? {
    seconds.map { Double(runs) * $0 / Double(parallel) / 3600 }
  }

  /// Trains the strategy's first proposal once, outside of any run.
  static func pilotSeconds(
    _ strategy: any SearchStrategy, settings: StudySettings
  ) throws -> Double? {
    guard let proposal = try strategy.ask(count: 1, history: []).first,
      let head = HeadKind(rawValue: settings.head)
    else { return nil }
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "autopeft-pilot-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let job = TrialJob(
      trial: 0, configuration: proposal.candidate.configuration, backbone: settings.backbone,
      task: settings.task, seed: settings.seed, block: proposal.design?.noise, headKind: head,
      threads: settings.threads)
    guard case .finished(let result) = try TrialRunner(job: job, directory: folder).run(),
      result.state == .complete
    else { return nil }
    return result.timing.seconds
  }
}
