internal import Foundation
internal import LinearAlgebra
internal import TensorCore

/// How well a pretrained model predicts hidden words of text that it was not trained on.
public struct PretrainingMeasurement: Sendable, Equatable, CustomStringConvertible {
  /// Mean cross entropy of all hidden words, in nats.
  public let wordLoss: Double
  /// Mean cross entropy of [CLS] against the content words of its document, in nats.
  public let bagLoss: Double
  /// Share of hidden words, connectors apart, that are predicted right.
  public let wordAccuracy: Double
  /// Share of hidden connectors that are predicted right; chance is 1/3.
  public let connectorAccuracy: Double

  public var description: String {
    let numbers = [wordLoss, bagLoss, wordAccuracy, connectorAccuracy]
      .map { String(format: "%.3f", $0) }
    return "word loss \(numbers[0]), [CLS] loss \(numbers[1]), word accuracy \(numbers[2]), "
      + "connector accuracy \(numbers[3])"
  }
}

/// The validation text, masked once and for all.
struct PretrainingValidation {
  private let batches: [MaskedBatch]

  init(settings: PretrainingSettings) {
    var source = MaskedBatchSource(settings: settings, stream: "validation")
    var batches: [MaskedBatch] = []
    while source.documentCount < settings.validationDocuments { batches.append(source.next()) }
    self.batches = batches
  }

  func measure(_ model: PretrainingModel) -> PretrainingMeasurement {
    let tape = Tape(recording: false)
    var tally = Tally()
    for batch in batches {
      tally.add(model, batch, tape)
      tape.reset()
    }
    return tally.measurement
  }

  private struct Tally {
    var wordLoss = 0.0
    var wordCount = 0
    var bagLoss = 0.0
    var bagCount = 0
    var right = [false: 0, true: 0]
    var asked = [false: 0, true: 0]

    mutating func add(_ model: PretrainingModel, _ batch: MaskedBatch, _ tape: Tape) {
      let logits = model.logits(batch, tape: tape)
      let losses = PretrainingModel.losses(logits, batch, tape: tape)
      wordLoss += Double(losses.words.scalar) * Double(batch.labels.count)
      wordCount += batch.labels.count
      bagLoss += Double(losses.bag.scalar) * Double(batch.bagLabels.count)
      bagCount += batch.bagLabels.count
      let answers = PretrainingValidation.answers(logits, batch)
      for (index, answer) in answers.enumerated() {
        asked[batch.isConnector[index], default: 0] += 1
        right[batch.isConnector[index], default: 0] += answer == batch.labels[index] ? 1 : 0
      }
    }

    var measurement: PretrainingMeasurement {
      func share(_ isConnector: Bool) -> Double {
        Double(right[isConnector] ?? 0) / Double(max(1, asked[isConnector] ?? 0))
      }
      return PretrainingMeasurement(
        wordLoss: wordLoss / Double(wordCount), bagLoss: bagLoss / Double(bagCount),
        wordAccuracy: share(false), connectorAccuracy: share(true))
    }
  }

  /// The likeliest token at every place to predict.
  static func answers(_ logits: Tensor, _ batch: MaskedBatch) -> [Int32] {
    let columns = logits.columns
    return batch.rows.indices.map { index in
      let row = logits.values[(index * columns)..<((index + 1) * columns)]
      let best = row.indices.max { row[$0] < row[$1] } ?? row.startIndex
      return Int32(best - row.startIndex)
    }
  }

  /// Connector accuracy on fresh pairs of each pattern, with nothing else hidden.
  static func connectorAccuracies(
    _ model: PretrainingModel, settings: PretrainingSettings
  ) -> [(kind: EmbeddedDocument.PairKind, accuracy: Double)] {
    let key = RandomKey(seed: settings.seed).derived("pretraining").derived("patterns")
    let policy = MaskingPolicy(rate: 0, connectorRate: 1)
    let count = settings.validationPairs
    let tape = Tape(recording: false)
    return EmbeddedDocument.PairKind.allCases.map { kind in
      let documents = (0..<count).map { number in
        var writer = SentenceWriter(
          lexicon: .standard, random: CounterRandom(key.derived(kind.rawValue).derived(number)))
        let relation = PairRelation.allCases[number % PairRelation.allCases.count]
        return (number, PairWriter.document(kind: kind, relation: relation, &writer))
      }
      var right = 0
      for start in stride(from: 0, to: count, by: 50) {
        let part = Array(documents[start..<min(start + 50, count)])
        let batch = policy.batch(part, key: key)
        let given = answers(model.logits(batch, tape: tape), batch)
        right += zip(given, batch.labels).count { $0 == $1 }
        tape.reset()
      }
      return (kind, Double(right) / Double(count))
    }
  }
}
