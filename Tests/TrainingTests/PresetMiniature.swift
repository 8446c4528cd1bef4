import Testing

@testable import Training

/// Two training lines and one dev line of each GLUE set, in the official columns.
struct PresetMiniature: Sendable, CustomTestStringConvertible {
  let name: String
  let folder: String
  let files: [String: String]
  let training: [Example]
  let test: [Example]

  var testDescription: String { name }

  private init(
    _ name: String, _ folder: String, header: String?, train: [String], dev: [String],
    trainFile: String = "train.tsv", devFile: String = "dev.tsv", training: [Example],
    test: [Example]
  ) {
    self.name = name
    self.folder = folder
    let lines: ([String]) -> String = { rows in
      ((header.map { [$0] } ?? []) + rows).joined(separator: "\n") + "\n"
    }
    files = [trainFile: lines(train), devFile: lines(dev)]
    self.training = training
    self.test = test
  }

  private static func pair(_ text: String, _ pair: String, _ number: Int) -> Example {
    Example(text: text, pair: pair, target: .category(number))
  }

  static let all = [
    PresetMiniature(
      "cola", "CoLA", header: nil, train: ["x\t1\t\tIt \"rains.", "x\t0\t*\tRains it it."],
      dev: ["x\t1\t\tIt snows."],
      training: [
        Example(text: "It \"rains.", target: .category(1)),
        Example(text: "Rains it it.", target: .category(0)),
      ], test: [Example(text: "It snows.", target: .category(1))]),
    PresetMiniature(
      "sst2", "SST-2", header: "sentence\tlabel", train: ["fine \t1", "bad \t0"],
      dev: ["so so \t0"],
      training: [
        Example(text: "fine ", target: .category(1)), Example(text: "bad ", target: .category(0)),
      ], test: [Example(text: "so so ", target: .category(0))]),
    PresetMiniature(
      "mrpc", "MRPC", header: "\u{FEFF}Quality\t#1 ID\t#2 ID\t#1 String\t#2 String",
      train: ["1\t7\t8\tA \"b\"\tB", "0\t9\t10\tC\tD\r"], dev: ["1\t1\t2\tE\tF"],
      trainFile: "msr_paraphrase_train.txt", devFile: "msr_paraphrase_test.txt",
      training: [pair("A \"b\"", "B", 1), pair("C", "D", 0)], test: [pair("E", "F", 1)]),
    PresetMiniature(
      "stsb", "STS-B",
      header: "index\tgenre\tfilename\tyear\told_index\tsource1\tsource2\tsentence1\tsentence2"
        + "\tscore",
      train: ["0\tg\tf\ty\t1\tn\tn\tA\tB\t5.000", "1\tg\tf\ty\t2\tn\tn\tC\tD\t2.2"],
      dev: ["0\tg\tf\ty\t1\tn\tn\tE\tF\t0.5"],
      training: [
        Example(text: "A", pair: "B", target: .value(5)),
        Example(text: "C", pair: "D", target: .value(2.2)),
      ], test: [Example(text: "E", pair: "F", target: .value(0.5))]),
    PresetMiniature(
      "qqp", "QQP", header: "id\tqid1\tqid2\tquestion1\tquestion2\tis_duplicate",
      train: ["1\t2\t3\tA?\tB?\t1", "4\t5\t6\tC?\tD?\t0"], dev: ["7\t8\t9\tE?\tF?\t0"],
      training: [pair("A?", "B?", 1), pair("C?", "D?", 0)], test: [pair("E?", "F?", 0)]),
    PresetMiniature(
      "mnli", "MNLI", header: "index\tgenre\tsentence1\tsentence2\tlabel1\tgold_label",
      train: ["0\tg\tA\tB\tneutral\tneutral", "1\tg\tC\tD\tentailment\tcontradiction"],
      dev: ["0\tg\tE\tF\tneutral\tentailment"], devFile: "dev_matched.tsv",
      training: [pair("A", "B", 1), pair("C", "D", 2)], test: [pair("E", "F", 0)]),
    PresetMiniature(
      "qnli", "QNLI", header: "index\tquestion\tsentence\tlabel",
      train: ["0\tA?\tB\tentailment", "1\tC?\tD\tnot_entailment"], dev: ["0\tE?\tF\tentailment"],
      training: [pair("A?", "B", 0), pair("C?", "D", 1)], test: [pair("E?", "F", 0)]),
    PresetMiniature(
      "rte", "RTE", header: "index\tsentence1\tsentence2\tlabel",
      train: ["0\tA\tB\tentailment", "1\tC\tD\tnot_entailment"], dev: ["0\tE\tF\tentailment"],
      training: [pair("A", "B", 0), pair("C", "D", 1)], test: [pair("E", "F", 0)]),
    PresetMiniature(
      "wnli", "WNLI", header: "index\tsentence1\tsentence2\tlabel",
      train: ["0\tA\tB\t1", "1\tC\tD\t0"], dev: ["0\tE\tF\t1"],
      training: [pair("A", "B", 1), pair("C", "D", 0)], test: [pair("E", "F", 1)]),
  ]
}
