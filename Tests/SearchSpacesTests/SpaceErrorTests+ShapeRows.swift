extension SpaceErrorTests {
  static let textRows: [Row] = [
    Row(
      "empty", "",
      "s.yaml: the file is empty, expected at least 'version: 1'."),
    Row(
      "only-comment", "# nothing\n",
      "s.yaml: the file is empty, expected at least 'version: 1'."),
    Row(
      "broken-yaml", "version: 1\ngroups: [1, 2\nmodel: x",
      "s.yaml:3:6: the YAML is broken: did not find expected ',' or ']'."),
    Row(
      "tab", "version: 1\n\tgroups: whole",
      "s.yaml:2:1: the YAML is broken: found a tab character that violates indentation."),
    Row(
      "unclosed-quote", "version: 1\ndescription: \"abc\n",
      "s.yaml:3:1: the YAML is broken: found unexpected end of stream."),
    Row(
      "control-character", "version: 1\ndescription: a\u{1}b\n",
      "s.yaml:2:15: the YAML is broken: control characters are not allowed."),
    Row(
      "two-documents", "version: 1\n---\nversion: 1\n",
      "s.yaml:2:1: the YAML is broken: a second document begins here, expected one."),
    Row(
      "alias", "version: 1\nstart: *all\n",
      "s.yaml:2:8: an alias ('*name') is not allowed here. Write the value out, or put the "
        + "text in quotes."),
    Row(
      "anchor", "version: 1\nmethods: &all\n  lora: {}\n",
      "s.yaml:2:10: an anchor ('&name') is not allowed here. Write the value out, or put the "
        + "text in quotes."),
    Row(
      "laughs", "a: &a [x, x]\nb: &b [*a, *a]\nversion: 1\n",
      "s.yaml:1:4: an anchor ('&name') is not allowed here. Write the value out, or put the "
        + "text in quotes."),
    Row(
      "tag", "version: !!int 1\n",
      "s.yaml:1:10: a tag ('!name') is not allowed here. Write the value out, or put the "
        + "text in quotes."),
    Row(
      "deep-brackets", "version: 1\nstart: " + String(repeating: "[", count: 2000),
      "s.yaml:2:72: values are nested more than 64 deep."),
    Row(
      "deep-dashes", "version: 1\nstart:\n" + String(repeating: "- ", count: 2000),
      "s.yaml:3:130: values are nested more than 64 deep."),
    Row(
      "deep-lists",
      "version: 1\nstart: " + String(repeating: "[", count: 40) + String(repeating: "]", count: 40),
      "s.yaml:2:40: values are nested more than 32 deep."),
    Row(
      "deep-blocks",
      "version: 1\n" + (0..<400).map { String(repeating: " ", count: $0) + "a:\n" }.joined(),
      "s.yaml:35:34: values are nested more than 32 deep."),
    Row(
      "many-values", "version: 1\nstart: [" + String(repeating: "1, ", count: 60_000) + "1]",
      "s.yaml:2:150000: the file has more than 50000 values."),
    Row(
      "list-key", "version: 1\n? [a, b]\n: 1\n",
      "s.yaml:2:3: a key must be a plain word, got a list or a mapping."),
    Row(
      "duplicate-key", "version: 1\ngroups: whole\ngroups: whole\n",
      "s.yaml:2:1: the key 'groups' stands twice in one mapping. Remove one of them."),
    Row(
      "duplicate-nested", "version: 1\nmethods: {lora: {rank: 1, rank: 2}}\n",
      "s.yaml:2:18: the key 'rank' stands twice in one mapping. Remove one of them."),
    Row(
      "huge", "version: 1\n#" + String(repeating: "x", count: 300_000),
      "s.yaml: the file has 300012 bytes, expected at most 262144. Is this a space file?"),
  ]

  static let shapeRows: [Row] = [
    Row(
      "top-list", "- 1\n- 2\n",
      "s.yaml:1:1: the file must be a mapping such as {version: …}, got a list of 2 values."),
    Row(
      "no-version", "methods: {lora: {}}\n",
      "s.yaml:1:1: the file needs the key 'version'."),
    Row(
      "future-version", "version: 7\nmaths: 1\n",
      "s.yaml:1:10: this is a file of version 7, this program knows 1. Update autopeft."),
    Row(
      "word-version", "version: one\n",
      "s.yaml:1:10: version must be an integer from 1 on, got 'one'."),
    Row(
      "unknown-key", after("metods: {}"),
      "s.yaml:3:1: unknown key 'metods' in the file. Did you mean 'methods'?"),
    Row(
      "unknown-key-far", after("zzzzzzzz: {}"),
      "s.yaml:3:1: unknown key 'zzzzzzzz' in the file. Expected one of:\n  - version\n  - "
        + "description\n  - groups\n  - tuned\n  - mask\n  - methods\n  - each-group\n  - "
        + "group\n  - model\n  - tie\n  - budget\n  - training\n  - forbid\n  - require\n  - "
        + "objectives\n  - references\n  - start\n  - strategy"),
    Row(
      "unknown-method", "version: 1\nmethods: {lroa: {}}\n",
      "s.yaml:2:11: unknown key 'lroa' in methods. Did you mean 'lora'?"),
    Row(
      "unknown-parameter", "version: 1\nmethods: {lora: {ranks: 4}}\n",
      "s.yaml:2:18: unknown key 'ranks' in methods.lora. Did you mean 'rank'?"),
    Row(
      "unknown-domain", "version: 1\nmethods: {lora: {rank: {integer: [1, 2]}}}\n",
      "s.yaml:2:25: unknown key 'integer' in methods.lora.rank. Expected 'int', 'ordinal', "
        + "'choice' or 'ladder'."),
    Row(
      "method-nothing", "version: 1\nmethods: {lora: }\n",
      "s.yaml:2:17: methods.lora must be a mapping such as {targets: …}, got nothing."),
    Row(
      "rank-text", "version: 1\nmethods: {lora: {rank: many}}\n",
      "s.yaml:2:24: methods.lora.rank must be an integer from 1 to 8192, 'fill' or a mapping "
        + "such as {int: …}, {ordinal: …}, {choice: …}, {ladder: …}, got 'many'."),
    Row(
      "rank-near-fill", "version: 1\nmethods: {lora: {rank: fil}}\n",
      "s.yaml:2:24: unknown value 'fil' in methods.lora.rank. Did you mean 'fill'?"),
    Row(
      "rank-quoted", "version: 1\nmethods: {lora: {rank: \"4\"}}\n",
      "s.yaml:2:24: methods.lora.rank must be an integer from 1 to 8192, 'fill' or a mapping "
        + "such as {int: …}, {ordinal: …}, {choice: …}, {ladder: …}, got the quoted text '4'."),
    Row(
      "rank-range", "version: 1\nmethods: {lora: {rank: 9000}}\n",
      "s.yaml:2:24: methods.lora.rank must be an integer from 1 to 8192, 'fill' or a mapping "
        + "such as {int: …}, {ordinal: …}, {choice: …}, {ladder: …}, got 9000."),
    Row(
      "rank-huge", "version: 1\nmethods: {lora: {rank: 99999999999999999999}}\n",
      "s.yaml:2:24: methods.lora.rank must be an integer from 1 to 8192, 'fill' or a mapping "
        + "such as {int: …}, {ordinal: …}, {choice: …}, {ladder: …}, got 99999999999999999999."),
    Row(
      "rank-fraction", "version: 1\nmethods: {lora: {rank: 1.5}}\n",
      "s.yaml:2:24: methods.lora.rank must be an integer from 1 to 8192, 'fill' or a mapping "
        + "such as {int: …}, {ordinal: …}, {choice: …}, {ladder: …}, got 1.5."),
    Row(
      "rank-zero", "version: 1\nmethods: {lora: {rank: 0}}\n",
      "s.yaml:2:24: methods.lora.rank must be an integer from 1 to 8192, 'fill' or a mapping "
        + "such as {int: …}, {ordinal: …}, {choice: …}, {ladder: …}, got 0."),
    Row(
      "ratio-nan", "version: 1\nmethods: {lora: {alpha-ratio: .nan}}\n",
      "s.yaml:2:31: methods.lora.alpha-ratio must be a number from 0.01 to 128 or a mapping "
        + "such as {float: …}, {ordinal: …}, {choice: …}, got '.nan'."),
    Row(
      "ratio-inf", "version: 1\nmethods: {lora: {alpha-ratio: inf}}\n",
      "s.yaml:2:31: methods.lora.alpha-ratio must be a number from 0.01 to 128 or a mapping "
        + "such as {float: …}, {ordinal: …}, {choice: …}, got 'inf'."),
    Row(
      "ratio-overflow", "version: 1\nmethods: {lora: {alpha-ratio: 1e999}}\n",
      "s.yaml:2:31: methods.lora.alpha-ratio must be a number from 0.01 to 128 or a mapping "
        + "such as {float: …}, {ordinal: …}, {choice: …}, got '1e999'."),
    Row(
      "hex", "version: 1\nmethods: {lora: {rank: 0x10}}\n",
      "s.yaml:2:24: methods.lora.rank must be an integer from 1 to 8192, 'fill' or a mapping "
        + "such as {int: …}, {ordinal: …}, {choice: …}, {ladder: …}, got '0x10'."),
    Row(
      "scaling-word", "version: 1\nmethods: {lora: {scaling: rs-lora}}\n",
      "s.yaml:2:27: unknown value 'rs-lora' in methods.lora.scaling. Did you mean 'rslora'?"),
    Row(
      "scaling-list", "version: 1\nmethods: {lora: {scaling: [standard]}}\n",
      "s.yaml:2:27: methods.lora.scaling must be 'standard' or 'rslora' or a mapping such as "
        + "{choice: …}, {ordinal: …}, got a list of 1 value."),
    Row(
      "target-word", "version: 1\nmethods: {lora: {targets: [query, valeu]}}\n",
      "s.yaml:2:35: unknown value 'valeu' in methods.lora.targets[2]. Did you mean 'value'?"),
    Row(
      "targets-empty", "version: 1\nmethods: {lora: {targets: []}}\n",
      "s.yaml:2:27: methods.lora.targets must be a list of one or more words, got an empty "
        + "list."),
    Row(
      "int-three", "version: 1\nmethods: {lora: {rank: {int: [1, 2, 3]}}}\n",
      "s.yaml:2:30: methods.lora.rank.int must be a list of 2 integers, got a list of 3 "
        + "values."),
    Row(
      "log-word", "version: 1\nmethods: {lora: {rank: {int: [1, 2], log: maybe}}}\n",
      "s.yaml:2:43: methods.lora.rank.log must be on or off, got 'maybe'."),
    Row(
      "choice-empty", "version: 1\nmethods: {lora: {rank: {choice: []}}}\n",
      "s.yaml:2:33: methods.lora.rank.choice must be a list of one or more integers, got an "
        + "empty list."),
    Row(
      "groups-number", after("groups: 4"),
      "s.yaml:3:9: groups must be 'whole' or 'each-layer' or a mapping such as {pattern: …}, "
        + "{sizes: …}, got 4."),
    Row(
      "groups-no-count", after("groups: {pattern: uniform}"),
      "s.yaml:3:9: groups needs the key 'count'."),
    Row(
      "groups-no-pattern", after("groups: {count: 4}"),
      "s.yaml:3:9: groups needs the key 'pattern'."),
    Row(
      "groups-bad-pattern", after("groups: {pattern: spindel, count: 4}"),
      "s.yaml:3:19: unknown value 'spindel' in groups.pattern. Did you mean 'spindle'?"),
    Row(
      "sizes-zero", after("groups: {sizes: [0, 12]}"),
      "s.yaml:3:18: groups.sizes[1] must be an integer from 1 on, got 0."),
    Row(
      "batch-negative", after("training: {batch: -1}"),
      "s.yaml:3:19: training.batch must be an integer from 1 to 65536 or a mapping such as "
        + "{int: …}, {ordinal: …}, {choice: …}, got -1."),
    Row(
      "schedule", after("training: {schedule: cosin}"),
      "s.yaml:3:22: unknown value 'cosin' in training.schedule. Did you mean 'cosine'?"),
    Row(
      "examples-word", after("training: {examples: every}"),
      "s.yaml:3:22: training.examples must be 'all', an integer from 1 on or a mapping such "
        + "as {int: …}, {ordinal: …}, {choice: …}, got 'every'."),
    Row(
      "references", after("references: maybe"),
      "s.yaml:3:13: references must be on or off, got 'maybe'."),
    Row(
      "budget-zero", after("budget: {deployed: 0%}"),
      "s.yaml:3:20: budget.deployed must be a whole number or a share such as 0.5%, got '0%'."),
    Row(
      "budget-word", after("budget: {deployed: small}"),
      "s.yaml:3:20: budget.deployed must be a whole number or a share such as 0.5%, got "
        + "'small'."),
    Row(
      "budget-bytes", after("budget: {file-bytes: 5%}"),
      "s.yaml:3:22: budget.file-bytes must be a number of bytes such as 64MB, got '5%'."),
    Row(
      "budget-latency", after("budget: {added-latency-estimate: 5}"),
      "s.yaml:3:34: budget.added-latency-estimate must be a share such as 2%, got 5."),
    Row(
      "objective-direction", after("objectives: [score: up]"),
      "s.yaml:3:21: unknown value 'up' in objectives[1].score. Expected 'max' or 'min'."),
    Row(
      "objective-word", after("objectives: [score]"),
      "s.yaml:3:14: objectives[1] must be a mapping such as {score: …}, got 'score'."),
    Row(
      "objective-unknown", after("objectives: [latency: min]"),
      "s.yaml:3:14: unknown key 'latency' in objectives[1]. Expected one of:\n  - score\n  - "
        + "parameters\n  - deployed\n  - trained\n  - published\n  - optimizer-bytes\n  - "
        + "activation-bytes\n  - flops-per-token\n  - file-bytes\n  - added-latency-estimate"),
    Row(
      "objective-none", after("objectives: []"),
      "s.yaml:3:13: objectives must be a list of one or more values, got an empty list."),
    Row(
      "strategy-no-name", after("strategy: {initial: 8}"),
      "s.yaml:3:11: strategy needs the key 'name'."),
    Row(
      "strategy-nan", after("strategy: {name: bayes, noise: nan}"),
      "s.yaml:3:32: strategy.noise must be a number, a word, true or false or a list of "
        + "values, got 'nan'."),
  ]
}
