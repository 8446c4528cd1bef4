import Exports
import Testing

@Suite struct ExportErrorTests {
  static let rows: [(error: ExportError, text: String)] = [
    (
      .unknownFormat("peft", known: ["config", "hf-peft", "merged"]),
      "export: unknown format 'peft'. Choose one of: config, hf-peft, merged."
    ),
    (
      .refused(format: "merged", reason: "'prefix' cannot be folded into weights.", others: []),
      "export: format 'merged' cannot express this configuration: 'prefix' cannot be folded into "
        + "weights.\n  No other format can hold it."
    ),
    (
      .refused(format: "merged", reason: "'prefix' cannot be folded.", others: ["config"]),
      "export: format 'merged' cannot express this configuration: 'prefix' cannot be folded.\n"
        + "  Formats that can hold it: config."
    ),
    (
      .unknownArchitecture("gpt9", known: ["bert"]),
      "export: no task class is known for model_type 'gpt9'; known are bert."
    ),
    (
      .outputExists("out"),
      "export: out exists and is not an empty folder. Choose another --output, or remove it."
    ),
    (
      .cannotCreate("out", reason: "permission denied"),
      "export: cannot create out: permission denied."
    ),
    (
      .missingTensor(file: "a.safetensors", name: "w"),
      "a.safetensors: tensor 'w' is missing; the export is not complete."
    ),
    (
      .wrongShape(file: "a.safetensors", name: "w", expected: [2, 3], got: [3]),
      "a.safetensors: tensor 'w' has shape [3], expected [2, 3]."
    ),
    (
      .damaged(file: "config.json", reason: "it is not a JSON object"),
      "config.json: it is not a JSON object."
    ),
  ]

  @Test(arguments: rows) func sentence(row: (error: ExportError, text: String)) {
    #expect(row.error.description == row.text)
  }
}
