extension SpaceErrorTests {
  static let domainRows: [Row] = [
    Row(
      "reversed", "version: 1\nmethods: {lora: {rank: {int: [8, 2]}}}\n",
      "s.yaml:2:24: the range of methods.lora.rank runs from 8 to 2. Put the smaller bound "
        + "first."),
    Row(
      "reversed-float", after("training: {learning-rate: {float: [1e-3, 1e-4]}}"),
      "s.yaml:3:27: the range of training.learning-rate runs from 1e-3 to 1e-4. Put the "
        + "smaller bound first."),
    Row(
      "log-zero", "version: 1\nmethods: {lora: {rank: {int: [0, 8], log: true}}}\n",
      "s.yaml:2:31: methods.lora.rank is spaced by logarithm and must start above 0, got 0."),
    Row(
      "repeated", "version: 1\nmethods: {lora: {rank: {ordinal: [1, 2, 2]}}}\n",
      "s.yaml:2:41: methods.lora.rank lists 2 twice."),
    Row(
      "repeated-words", "version: 1\nmethods: {lora: {targets: [query, query]}}\n",
      "s.yaml:2:35: methods.lora.targets lists query twice."),
    Row(
      "repeated-subset", "version: 1\nmethods: {lora: {targets: {subset: [key, key]}}}\n",
      "s.yaml:2:42: methods.lora.targets lists key twice."),
    Row(
      "descending", "version: 1\nmethods: {lora: {rank: {ordinal: [4, 2]}}}\n",
      "s.yaml:2:38: methods.lora.rank must ascend, got 2 after 4."),
    Row(
      "subset-bounds",
      "version: 1\nmethods: {lora: {targets: {subset: [query, value], min: 3}}}\n",
      "s.yaml:2:27: methods.lora.targets has 2 members and cannot hold 3 of them."),
    Row(
      "subset-max",
      "version: 1\nmethods: {lora: {targets: {subset: [query, value], min: 2, max: 1}}}\n",
      "s.yaml:2:27: methods.lora.targets has 2 members and cannot hold at least 2 and at "
        + "most 1 of them."),
    Row(
      "ladder-large", "version: 1\nmethods: {lora: {rank: {ladder: 100000}}}\n",
      "s.yaml:2:33: methods.lora.rank must be an integer from 1 to 8192, got 100000."),
  ]

  static let meaningRows: [Row] = [
    Row(
      "sum", after("groups: {sizes: [2, 4, 4]}"),
      "s.yaml:3:17: the groups have 10 layers in all, the backbone has 12."),
    Row(
      "infeasible", after("groups: {pattern: increasing, count: 4}"),
      "s.yaml:3:38: pattern 'increasing' with 4 groups does not exist on 6 layers: strictly "
        + "increasing sizes need at least 10 layers. Use 3 groups (1, 2, 3) or another pattern.",
      shape: Shapes.miniLM6),
    Row(
      "degenerate", after("groups: {pattern: uniform, count: 4}"),
      "s.yaml:3:35: pattern 'uniform' with 4 groups on 6 layers would be 1, 2, 2, 1, which "
        + "is 'spindle'. Use 3 groups (2, 2, 2) or another pattern.", shape: Shapes.miniLM6),
    Row(
      "degenerate-in-choice", after("groups: {pattern: {choice: [spindle, increasing]}, count: 4}"),
      "s.yaml:3:59: pattern 'increasing' with 4 groups does not exist on 6 layers: strictly "
        + "increasing sizes need at least 10 layers. Use 3 groups (1, 2, 3) or another pattern.",
      shape: Shapes.miniLM6),
    Row(
      "too-many-groups", after("groups: {pattern: uniform, count: 13}"),
      "s.yaml:3:35: 13 groups do not fit into 12 layers. Use at most 12 groups."),
    Row(
      "too-many-sizes", after("groups: {pattern: any, count: 10, sizes: sampled}"),
      "s.yaml:3:19: pattern 'any' with 10 groups has more than 100000 different sizes on 24 "
        + "layers. Use fewer groups or explicit sizes.",
      shape: Shapes.bertLarge),
    Row(
      "one-stack", after("groups: {pattern: uniform, count: 2, stacks: apart}"),
      "s.yaml:3:46: 'stacks: apart' needs an encoder and a decoder, the backbone has one "
        + "stack of layers. Leave 'stacks' out."),
    Row(
      "tuned-range", after("groups: {pattern: uniform, count: 4}\ntuned: [1, 5]"),
      "s.yaml:4:12: each value of tuned must be a number from 1 to 4 (the groups), got 5."),
    Row(
      "tuned-twice", after("groups: {pattern: uniform, count: 4}\ntuned: [1, 1]"),
      "s.yaml:4:12: tuned lists 1 twice."),
    Row(
      "tuned-bounds", after("tuned: {subset: groups, min: 2}"),
      "s.yaml:3:8: tuned has 1 member and cannot hold 2 of them."),
    Row(
      "mask-range", after("mask: [0, 3]"),
      "s.yaml:3:8: mask[1] must be an integer from 1 on, got 0."),
    Row(
      "mask-layers", after("mask: {subset: groups}"),
      "s.yaml:3:16: mask.subset must be 'layers', got 'groups'."),
    Row(
      "nothing", "version: 1\n",
      "s.yaml:1:1: the file needs the key 'methods'."),
    Row(
      "group-method", after("each-group: [lora, lorra]"),
      "s.yaml:3:20: unknown value 'lorra' in each-group[2]. Did you mean 'lora'?"),
    Row(
      "group-twice", after("each-group: [lora, lora]"),
      "s.yaml:3:20: each-group lists lora twice."),
    Row(
      "model-in-group", after("each-group: [lora, embeddings]"),
      "s.yaml:3:20: method 'embeddings' belongs to the whole model and cannot stand in a "
        + "group. Put it in 'model'."),
    Row(
      "layer-in-model", after("model: [bitfit]"),
      "s.yaml:3:9: method 'bitfit' belongs to single layers and cannot stand in 'model'. Put "
        + "it in 'each-group' or 'group'."),
    Row(
      "claim", after("each-group: [lora, bitfit, full]"),
      "s.yaml:3:13: 'bitfit' and 'full' both rewrite 'query.bias' in group 1. Keep one of "
        + "them."),
    Row(
      "unused", after("each-group: [bitfit]"),
      "s.yaml:2:11: method 'lora' is described and never used. Name it in 'each-group', "
        + "'group' or 'model', or remove it."),
    Row(
      "group-number", after("groups: {pattern: uniform, count: 2}\ngroup: {3: {}}"),
      "s.yaml:4:9: each key of group must be a number from 1 to 2 (the groups), got 3."),
    Row(
      "group-word", after("group: {first: {}}"),
      "s.yaml:3:9: each key of group must be the number of a group, got 'first'."),
    Row(
      "group-absent", after("group: {1: {prefix: {length: 3}}}"),
      "s.yaml:3:13: group 1 never holds 'prefix'. Add it to the group's methods, or remove "
        + "these settings."),
    Row(
      "choice-twice", after("each-group: {choice: [[lora], [lora]]}"),
      "s.yaml:3:31: each-group lists [lora] twice."),
    Row(
      "tie-unknown", after("tie: [lora.ranks]"),
      "s.yaml:3:7: unknown decision in tie 'lora.ranks'. Did you mean 'lora.rank'?"),
    Row(
      "tie-twice", after("tie: [lora, lora]"),
      "s.yaml:3:13: tie lists lora twice."),
    Row(
      "tie-own",
      after("groups: {pattern: uniform, count: 2}\ntie: [lora]\ngroup: {2: {lora: {rank: 2}}}"),
      "s.yaml:5:20: 'lora.rank' is tied over all groups and has its own values in group 2. "
        + "Remove one of the two."),
    Row(
      "tie-own-methods",
      after("groups: {pattern: uniform, count: 2}\ntie: [methods]\ngroup: {2: {methods: []}}"),
      "s.yaml:5:13: 'methods' is tied over all groups and has its own values in group 2. "
        + "Remove one of the two."),
    Row(
      "fill-no-budget", "version: 1\nmethods: {lora: {rank: fill}}\n",
      "s.yaml:2:24: the size of 'lora' is to be filled, and there is no budget of "
        + "parameters. Add for example 'budget: {deployed: 0.5%}'."),
    Row(
      "fill-other", "version: 1\nmethods: {prefix: {mlp-width: fill}}\n",
      "s.yaml:2:31: methods.prefix.mlp-width must be an integer from 0 to 8192 or a mapping "
        + "such as {int: …}, {ordinal: …}, {choice: …}, got 'fill'."),
    Row(
      "spread", after("budget: {deployed: 1%, spread: increasing}"),
      "s.yaml:3:24: 'spread' and 'scope' have no effect: no size is 'fill'. Remove them."),
    Row(
      "two-budgets", after("budget: {parameters: 1%, deployed: 2%}"),
      "s.yaml:3:26: 'parameters' and 'deployed' name the same limit. Keep one of them."),
    Row(
      "objective-twice", after("objectives: [parameters: min, deployed: min]"),
      "s.yaml:3:31: objectives lists deployed twice."),
    Row(
      "start-path", after("start: [point: {lora.rank: 4}]"),
      "s.yaml:3:17: unknown decision 'lora.rank'. There is none here."),
    Row(
      "start-value",
      "version: 1\nmethods: {lora: {rank: {ordinal: [1, 2]}}}\nstart: [point: {lora.rank: 4}]\n",
      "s.yaml:3:28: start configuration 1 is not possible: 'lora.rank' cannot be 4."),
    Row(
      "start-budget",
      "version: 1\nmethods: {lora: {rank: {ordinal: [1, 8]}}}\nbudget: {deployed: 100000}\n"
        + "start: [point: {lora.rank: 8}]\n",
      "s.yaml:4:16: start configuration 1 is not possible: deployed is 294912, above the "
        + "limit of 100000."),
    Row(
      "start-configuration-budget",
      after("budget: {deployed: 100000}\nstart: [{groups: [{layers: 12, methods: {lora: {}}}]}]"),
      "s.yaml:4:9: start configuration 1 is not possible: deployed is 294912, above the "
        + "limit of 100000."),
    Row(
      "start-layers", after("start: [{groups: [{layers: 6}]}]"),
      "s.yaml:3:18: the groups have 6 layers in all, the backbone has 12."),
    Row(
      "start-fraction", after("start: [{groups: [{layers: 12, methods: {lora: {rank: 0}}}]}]"),
      "s.yaml:3:55: start[1].groups[1].methods.lora.rank must be an integer from 1 to 8192, "
        + "got 0."),
  ]

  static let clauseRows: [Row] = [
    Row(
      "clause-path", after("forbid: [{lora.ranks: 4}]"),
      "s.yaml:3:11: unknown decision 'lora.ranks'. Did you mean 'lora.rank'?"),
    Row(
      "clause-group", after("forbid: [{group2.lora.rank: 4}]"),
      "s.yaml:3:11: unknown decision 'group2.lora.rank'. Expected one of:\n  - "
        + "lora.targets\n  - lora.rank\n  - lora.alpha-ratio\n  - lora.scaling\n  - lora.dropout\n  - "
        + "lora.learning-rate"),
    Row(
      "clause-unknown", after("forbid: [{width: 4}]"),
      "s.yaml:3:11: unknown decision 'width'. Expected one of:\n  - "
        + "groups.pattern\n  - tuned\n  - mask\n  - spread\n  - methods\n  - lora.targets\n  - "
        + "lora.rank\n  - lora.alpha-ratio\n  - lora.scaling\n  - lora.dropout\n  - "
        + "lora.learning-rate\n  - training.epochs\n  - training.batch\n  - "
        + "training.learning-rate\n  - training.schedule\n  - training.warmup\n  - "
        + "training.weight-decay\n  - training.clip\n  - training.patience\n  - "
        + "training.examples\n  - training.length\n  - training.backbone-dropout"),
    Row(
      "clause-value", after("forbid: [{lora.rank: big}]"),
      "s.yaml:3:22: lora.rank must be an integer from 1 to 8192, got 'big'."),
    Row(
      "clause-empty", after("forbid: [{}]"),
      "s.yaml:3:10: a clause must be at least one test such as lora.rank: 8, got an empty "
        + "mapping."),
    Row(
      "clause-member", after("forbid: [{methods: {contains: bitfit}}]"),
      "s.yaml:3:31: unknown member of methods 'bitfit'. Expected 'lora'."),
    Row(
      "clause-range", after("forbid: [{lora.rank: {min: 4, max: 2}}]"),
      "s.yaml:3:22: the range of lora.rank runs from 4 to 2. Put the smaller bound first."),
    Row(
      "clause-kind", after("forbid: [{lora.scaling: {min: 4}}]"),
      "s.yaml:3:25: lora.scaling must be a value or a list, got a mapping with the key 'min'."),
    Row(
      "clause-list", after("forbid: lora"),
      "s.yaml:3:9: forbid must be a list of values, got 'lora'."),
    Row(
      "clause-filled",
      "version: 1\nmethods: {lora: {rank: fill}}\nbudget: {deployed: 1%}\nforbid: [{lora.rank: 4}]\n",
      "s.yaml:4:11: 'lora.rank' is filled from the budget and cannot stand in a clause."),
    Row(
      "require-half", after("require: [{when: {lora.rank: 4}}]"),
      "s.yaml:3:11: require[1] needs the key 'then'."),
    Row(
      "clause-training", after("forbid: [{training.bach: 4}]"),
      "s.yaml:3:11: unknown decision 'training.bach'. Did you mean 'training.batch'?"),
  ]
}
