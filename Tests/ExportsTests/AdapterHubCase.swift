import SearchSpaces
import Testing

/// A configuration that the adapters library saved too, under `Tests/Fixtures/adapterhub/NAME`.
struct AdapterHubCase: CustomTestStringConvertible, Sendable {
  let name: String
  let groups: [LayerGroup]
  let head: TinySubject.Head

  var testDescription: String { name }

  init(
    _ name: String, _ first: [MethodInstance], _ second: [MethodInstance],
    _ head: TinySubject.Head = .pooler
  ) {
    self.name = name
    groups = [LayerGroup(layers: 1, methods: first), LayerGroup(layers: 1, methods: second)]
    self.head = head
  }

  init(_ name: String, both methods: [MethodInstance], _ head: TinySubject.Head = .pooler) {
    self.init(name, methods, methods, head)
  }

  static func adapter(
    _ size: Int, _ placement: String = "pfeiffer", _ activation: String = "relu"
  ) -> MethodInstance {
    MethodInstance(
      "adapter",
      [
        "bottleneck": .integer(size), "placement": .text(placement),
        "activation": .text(activation),
      ])
  }

  static func parallel(
    _ size: Int, _ placement: String = "feed-forward", scale: Double = 4
  ) -> MethodInstance {
    MethodInstance(
      "parallel-adapter",
      ["bottleneck": .integer(size), "placement": .text(placement), "scale": .number(scale)])
  }

  static func compacter(
    _ size: Int, _ placement: String, division: Int, rank: Int
  ) -> MethodInstance {
    MethodInstance(
      "compacter",
      [
        "bottleneck": .integer(size), "placement": .text(placement),
        "division": .integer(division), "factor-rank": .integer(rank),
      ])
  }

  static func lora(
    _ rank: Int, ratio: Double = 1, _ targets: [String] = ["query", "value"]
  ) -> MethodInstance {
    MethodInstance(
      "lora",
      ["rank": .integer(rank), "alpha-ratio": .number(ratio), "targets": .list(targets)])
  }

  static func ia3(_ targets: [String]) -> MethodInstance {
    MethodInstance("ia3", ["targets": .list(targets)])
  }

  static func prefix(_ length: Int, mlp: Int = 0) -> MethodInstance {
    MethodInstance("prefix", ["length": .integer(length), "mlp-width": .integer(mlp)])
  }

  static func unipelt(_ size: Int, rank: Int) -> MethodInstance {
    MethodInstance(
      "unipelt",
      [
        "bottleneck": .integer(size), "length": .integer(2), "mlp-width": .integer(0),
        "rank": .integer(rank),
      ])
  }

  static let all: [AdapterHubCase] = [
    AdapterHubCase("pfeiffer", both: [adapter(3)]),
    AdapterHubCase("pfeiffer-attention", both: [adapter(4, "pfeiffer-attention", "tanh")]),
    AdapterHubCase("houlsby", both: [adapter(5, "houlsby", "gelu-tanh")]),
    AdapterHubCase(
      "houlsby-attention-first-layer", [adapter(4, "houlsby-attention", "silu")], []),
    AdapterHubCase(
      "houlsby-feed-forward-gelu", both: [adapter(6, "houlsby-feed-forward", "gelu")]),
    AdapterHubCase("parallel", both: [parallel(4)]),
    AdapterHubCase("parallel-attention", both: [parallel(3, "attention", scale: 2.5)]),
    AdapterHubCase("sizes-by-layer", [adapter(3)], [adapter(6)]),
    AdapterHubCase("compacter", both: [compacter(4, "both", division: 2, rank: 2)]),
    AdapterHubCase(
      "compacter-pp-by-layer", [compacter(4, "feed-forward", division: 4, rank: 1)],
      [compacter(8, "feed-forward", division: 4, rank: 1)]),
    AdapterHubCase("lora", both: [lora(4, ratio: 2, ["query", "value", "ffn-in", "ffn-out"])]),
    AdapterHubCase("lora-key-last-layer", [], [lora(3, ["key"])]),
    AdapterHubCase("ia3", both: [ia3(["key", "value", "ffn-in"])]),
    AdapterHubCase("prefix", both: [prefix(3)]),
    AdapterHubCase("prefix-last-layer", [], [prefix(2, mlp: 5)]),
    AdapterHubCase(
      "mixture", [adapter(3), lora(2, ratio: 2), prefix(2)],
      [parallel(4), lora(2, ratio: 2)]),
    AdapterHubCase(
      "two-blocks", both: [adapter(4, "pfeiffer-attention"), parallel(3)]),
    AdapterHubCase("unipelt", both: [unipelt(3, rank: 2)]),
    AdapterHubCase(
      "unipelt-by-layer", [unipelt(3, rank: 0)],
      [unipelt(6, rank: 2), adapter(2, "houlsby-attention")]),
    AdapterHubCase("token-head", both: [lora(2)], .token),
    AdapterHubCase("two-layer-head", both: [lora(2)], .twoLayer),
  ]

  /// What an adapter of the library cannot hold, with the reason.
  static let refused: [(test: AdapterHubCase, reason: String)] = [
    (
      AdapterHubCase("attention output", [lora(2)], [lora(2, ["query", "output"])]),
      "AdapterHub has no LoRA at the attention's output map, where 'lora' adapts layer 1."
    ),
    (
      AdapterHubCase("DoRA", both: [MethodInstance("dora", ["rank": .integer(2)])]),
      "DoRA of AdapterHub computes another map than 'dora': it rescales the bias too and leaves"
        + " the update unscaled."
    ),
    (
      AdapterHubCase("inputs", [ia3(["key"])], [ia3(["value", "ffn-out"])]),
      "AdapterHub rescales outputs of maps only, and 'ia3' rescales the input of"
        + " 'feed-forward-out' in layer 1; it holds the targets key, value and ffn-in."
    ),
    (
      AdapterHubCase("LoRA and IA3", [lora(2)], [ia3(["key"])]),
      "an adapter of AdapterHub has one LoRA configuration, which adds or rescales, and 'ia3',"
        + " 'lora' need both."
    ),
    (
      AdapterHubCase("BitFit", [adapter(3)], [MethodInstance("bitfit", [:])]),
      "AdapterHub has no method for 'bitfit'."
    ),
    (
      AdapterHubCase("nothing", [], []),
      "nothing is adapted (head only), and AdapterHub loads no adapter without a method."
    ),
    (
      AdapterHubCase("two lengths", [prefix(2)], [prefix(3)]),
      "an adapter of AdapterHub has one prefix length, and the layers have 2, 3 (a shorter one"
        + " cannot be filled up: every key takes attention)."
    ),
    (
      AdapterHubCase("serial and parallel", [], [adapter(3), parallel(3)]),
      "an adapter of AdapterHub has one part at a place, and 'adapter', 'parallel-adapter' stand"
        + " together at 'feed-forward-block' of layer 1."
    ),
    (
      AdapterHubCase(
        "adapter and Compacter",
        [adapter(3), compacter(4, "feed-forward", division: 2, rank: 1)], []),
      "an adapter of AdapterHub has one part at a place, and 'adapter', 'compacter' stand together"
        + " at 'feed-forward-block' of layer 0."
    ),
    (
      AdapterHubCase(
        "two Compacters", [compacter(4, "both", division: 2, rank: 1)],
        [compacter(4, "feed-forward", division: 2, rank: 1)]),
      "an adapter of AdapterHub has one Compacter configuration, and its placement, activation,"
        + " number of terms or factor rank differ by layer here."
    ),
    (
      AdapterHubCase("gates beside LoRA", [unipelt(3, rank: 2)], [lora(2)]),
      "an adapter of AdapterHub has one LoRA configuration, with or without gates, and 'lora',"
        + " 'unipelt' need both."
    ),
    (
      AdapterHubCase("gates beside a prefix", [unipelt(3, rank: 2)], [prefix(2)]),
      "an adapter of AdapterHub has one prefix configuration, with or without gates, and 'prefix',"
        + " 'unipelt' need both."
    ),
    (
      AdapterHubCase("two LoRA at one map", [lora(2), MethodInstance("pissa", [:])], []),
      "an adapter of AdapterHub has one part at a place, and 'lora', 'pissa' stand together at"
        + " 'query' of layer 0."
    ),
  ]
}
