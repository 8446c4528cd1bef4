import Exports
import Testing

@Suite struct ImportErrorTests {
  static let rows: [(error: ImportError, text: String)] = [
    (
      .notAnAdapter(folder: "a", reason: "there is no adapter_config.json"),
      "import: a holds no adapter of PEFT or AdapterHub: there is no adapter_config.json."
    ),
    (
      .noWeights(folder: "a", expected: ["x.safetensors", "x.bin"]),
      "import: a has a configuration and no weights; expected x.safetensors or x.bin. Was the "
        + "adapter saved whole?"
    ),
    (
      .badField(file: "c.json", field: "r", expected: "a number", got: "nothing"),
      "c.json: 'r' must be a number, got nothing."
    ),
    (
      .unsupported(file: "c.json", what: "peft_type VERA", reason: "only LORA is"),
      "c.json: peft_type VERA cannot be read: only LORA is."
    ),
    (
      .otherBackbone(file: "c.json", what: "width", adapter: "768", backbone: "384"),
      "c.json: the adapter is made for a backbone with width 768, and this one has 384. Name the "
        + "right --backbone."
    ),
    (
      .unknownModule(file: "w", module: "bert.x"),
      "w: 'bert.x' is no map of this backbone that an adapter can be read for. Is --backbone the "
        + "model that the adapter was made for?"
    ),
    (
      .missingTensor(file: "w", name: "t"),
      "w: tensor 't' is missing, which the configuration promises. Was the adapter saved whole?"
    ),
    (
      .wrongShape(file: "w", name: "t", expected: [2], got: [3]),
      "w: tensor 't' has shape [3], expected [2]. Is --backbone the model that the adapter was made "
        + "for?"
    ),
    (
      .notFinite(file: "w", name: "t"),
      "w: tensor 't' has values that are not finite. Was its training healthy?"
    ),
    (.damaged(file: "w", reason: "it is not JSON"), "w: it is not JSON."),
    (.nothingAdapted(file: "w"), "w: the adapter changes nothing in the backbone."),
    (
      .noHead(folder: "a"),
      "import: a holds no prediction head, so there is nothing to score. Add --continue to train one "
        + "on the task."
    ),
    (
      .wrongOutputCount(adapter: 3, task: 2),
      "import: the adapter's head gives 3 numbers, and the task asks for 2. Name the task that it was "
        + "trained on."
    ),
    (
      .otherLabels(adapter: ["a", "b"], task: ["c", "d"]),
      "import: the adapter answers with a, b, the task asks for c, d. Say with --labels what the "
        + "adapter's outputs stand for, in their order."
    ),
  ]

  @Test(arguments: rows) func sentence(row: (error: ImportError, text: String)) {
    #expect(row.error.description == row.text)
  }
}
