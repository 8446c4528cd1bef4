import RunStore
import SearchSpaces
import Studies

/// How far scores on lower rungs told those on higher ones.
struct RungSection {
  private let agreements: [RungAgreement]
  private let records: [TrialRecord]

  /// nil where every trial of the run was trained as a whole.
  init?(_ source: ReportSource) {
    records = source.records
    agreements = RungAgreement.all(source.records)
    guard records.contains(where: { $0.trial.fidelity != nil }) else { return nil }
  }

  var section: ReportDocument.Section {
    let sentences = agreements.map(\.sentence)
    var blocks: [ReportDocument.Block] = [
      sentences.isEmpty
        ? .paragraph("No trial has gone on from one rung to the next yet.")
        : .callout(sentences, isWarning: agreements.contains(where: \.isDoubtful))
    ]
    var table = Table(columns: ["epochs", "next_epochs", "pairs", "rank_correlation"])
    for agreement in agreements {
      table.append([
        .integer(agreement.epochs), .integer(agreement.nextEpochs), .integer(agreement.pairs),
        .number(agreement.rankCorrelation, digits: 3),
      ])
    }
    let partial = records.count(where: { $0.trial.isPartial })
    let promoted = records.count(where: { $0.trial.fidelity?.continues != nil })
    blocks.append(
      .table(
        table, name: "rungs",
        caption: "Spearman's correlation of the scores on two rungs, over the trials that went on: "
          + "\(promoted) of \(partial) that ended before the whole of their training."))
    return ReportDocument.Section(title: "Rungs", blocks: blocks)
  }
}
