import Checkpoints
import Exports
import Foundation
import TestSupport
import Testing

/// A way to spoil a copy of a fixture, and what must be said of it.
struct SpoiledAdapter: CustomTestStringConvertible, Sendable {
  let name: String
  let fixture: String
  let says: String
  let spoil: @Sendable (URL) throws -> Void

  var testDescription: String { name }

  static let peft = "import/peft/lora"
  static let hub = "import/adapterhub/sst-2"

  /// Changes one field of a configuration; nil removes it.
  static func field(
    _ fixture: String, _ path: [String], _ value: String?, says: String
  ) -> SpoiledAdapter {
    SpoiledAdapter(
      name: "\(path.joined(separator: ".")) = \(value ?? "missing")", fixture: fixture, says: says
    ) { folder in
      let file = folder.appending(path: "adapter_config.json")
      let object = try JSONSerialization.jsonObject(with: Data(contentsOf: file))
      let new = try value.map {
        try JSONSerialization.jsonObject(with: Data($0.utf8), options: .fragmentsAllowed)
      }
      let changed = Self.set(path[...], in: object, to: new)
      try JSONSerialization.data(withJSONObject: changed).write(to: file)
    }
  }

  private static func set(_ path: ArraySlice<String>, in object: Any, to value: Any?) -> Any {
    guard let key = path.first, var fields = object as? [String: Any] else {
      return value ?? object
    }
    if path.count == 1 {
      fields[key] = value
    } else {
      fields[key] = set(path.dropFirst(), in: fields[key] ?? [:], to: value)
    }
    return fields
  }

  /// Writes the tensors of a PEFT adapter anew, changed.
  static func tensors(
    _ name: String, says: String,
    _ change: @escaping @Sendable (NamedTensor, [Float]) -> [NamedTensor]
  ) -> SpoiledAdapter {
    SpoiledAdapter(name: name, fixture: peft, says: says) { folder in
      let path = folder.appending(path: "adapter_model.safetensors").path
      let reader = try WeightReader(file: path)
      let changed = try reader.names.flatMap { name -> [NamedTensor] in
        let tensor = try reader.tensor(name)
        let values = Array(tensor.values)
        return change(NamedTensor(name: name, shape: tensor.shape, values: values), values)
      }
      try SafetensorsWriter.write(changed, to: path)
    }
  }

  static let query = "base_model.model.bert.encoder.layer.0.attention.self.query"

  static let configurations: [SpoiledAdapter] = [
    field(peft, ["peft_type"], "\"VERA\"", says: "peft_type VERA cannot be read"),
    field(peft, ["peft_type"], nil, says: "holds no adapter of PEFT or AdapterHub"),
    field(peft, ["r"], "1000000000", says: "'r' must be a whole number from 1 to 8192"),
    field(peft, ["r"], "3", says: "has shape [4, 16], expected [3, 16]"),
    field(peft, ["r"], "\"4\"", says: "'r' must be a whole number"),
    field(peft, ["lora_alpha"], nil, says: "'lora_alpha' must be a number, got nothing"),
    field(peft, ["lora_dropout"], "1.5", says: "'lora_dropout' must be a share"),
    field(peft, ["bias"], "\"all\"", says: "tuned biases are not read"),
    field(peft, ["init_lora_weights"], "\"pissa\"", says: "rewrites the backbone"),
    field(peft, ["layer_replication"], "[[0, 2]]", says: "'layer_replication'"),
    field(peft, ["switched_on_in_2030"], "true", says: "does not know what it changes"),
    field(peft, ["rank_pattern"], "{\".*query\": 4}", says: "the key '.*query' of 'rank_pattern'"),
    field(peft, ["rank_pattern"], "{\"query\": 2.5}", says: "'rank_pattern' must be whole numbers"),
    field(peft, ["target_modules"], "[\"query\"]", says: "which 'target_modules'"),
    field(peft, ["target_modules"], "[\"query\", \"value\", \"key\"]", says: "is missing"),
    field(peft, ["use_dora"], "true", says: "lora_magnitude_vector' is missing"),
    field(hub, ["hidden_size"], "768", says: "a backbone with width 768"),
    field(hub, ["model_type"], "\"roberta\"", says: "model_type roberta"),
    field(hub, ["name"], "\"\"", says: "'name' must be a name"),
    field(hub, ["name"], "\"other\"", says: "is missing"),
    field(hub, ["config"], "\"pfeiffer\"", says: "'config' must be an object"),
    field(hub, ["config", "reduction_factor"], "1e-300", says: "'reduction_factor'"),
    field(hub, ["config", "reduction_factor"], "0", says: "'reduction_factor'"),
    field(hub, ["config", "reduction_factor"], "2", says: "expected [8, 16]"),
    field(hub, ["config", "non_linearity"], "\"snake\"", says: "'non_linearity'"),
    field(hub, ["config", "non_linearity"], nil, says: "'non_linearity' must be said"),
    field(hub, ["config", "use_gating"], "true", says: "'use_gating'"),
    field(hub, ["config", "inv_adapter"], "\"nice\"", says: "'inv_adapter'"),
    field(hub, ["config", "scaling"], "\"learned\"", says: "'scaling'"),
    field(hub, ["config", "leave_out"], "[0, 1]", says: "nothing takes the tensors"),
    field(hub, ["config", "dropout"], "7", says: "'dropout' is"),
    field(hub, ["config", "architecture"], "\"reft\"", says: "\"reft\" cannot be read"),
    field(
      "import/adapterhub/prefix-mlp", ["config", "prefix_length"], "4611686018427387904",
      says: "'prefix_length'"),
    field(
      "import/adapterhub/prefix-mlp", ["config", "bottleneck_size"], "-1",
      says: "'bottleneck_size'"),
    field("import/adapterhub/lora", ["config", "r"], "0", says: "'r'"),
  ]

  static let files: [SpoiledAdapter] = [
    SpoiledAdapter(name: "truncated", fixture: peft, says: "adapter_model.safetensors") { folder in
      let file = folder.appending(path: "adapter_model.safetensors")
      let data = try Data(contentsOf: file)
      try data.prefix(data.count - 100).write(to: file)
    },
    SpoiledAdapter(name: "truncated archive", fixture: hub, says: "pytorch_adapter.bin") { folder in
      let file = folder.appending(path: "pytorch_adapter.bin")
      let data = try Data(contentsOf: file)
      try data.prefix(data.count / 2).write(to: file)
    },
    SpoiledAdapter(name: "no weights", fixture: peft, says: "has a configuration and no weights") {
      try FileManager.default.removeItem(at: $0.appending(path: "adapter_model.safetensors"))
    },
    SpoiledAdapter(name: "no head weights", fixture: hub, says: "pytorch_model_head.bin") {
      try FileManager.default.removeItem(at: $0.appending(path: "pytorch_model_head.bin"))
    },
    SpoiledAdapter(name: "no configuration", fixture: peft, says: "there is no adapter_config.json")
    { try FileManager.default.removeItem(at: $0.appending(path: "adapter_config.json")) },
    SpoiledAdapter(name: "no JSON", fixture: peft, says: "it is not JSON") {
      try Data("{\"peft_type\": ".utf8).write(to: $0.appending(path: "adapter_config.json"))
    },
    SpoiledAdapter(name: "a list", fixture: peft, says: "it is not a JSON object") {
      try Data("[1]".utf8).write(to: $0.appending(path: "adapter_config.json"))
    },
    tensors("missing tensor", says: "'\(query).lora_B.weight' is missing") { tensor, _ in
      tensor.name == "\(query).lora_B.weight" ? [] : [tensor]
    },
    tensors("foreign layer", says: "encoder.layer.7.attention.self.query' is no map") {
      tensor, values in
      [
        NamedTensor(
          name: tensor.name.replacingOccurrences(of: "layer.1.", with: "layer.7."),
          shape: tensor.shape, values: values)
      ]
    },
    tensors("wrong shape", says: "has shape [2, 32], expected [4, 16]") { tensor, values in
      tensor.name == "\(query).lora_A.weight"
        ? [NamedTensor(name: tensor.name, shape: [2, 32], values: values)] : [tensor]
    },
    tensors("left over", says: "nothing takes the tensors base_model.model.bert.extra") {
      tensor, _ in
      tensor.name == "\(query).lora_A.weight"
        ? [tensor, NamedTensor(name: "base_model.model.bert.extra", shape: [1], values: [0])]
        : [tensor]
    },
    tensors("not finite", says: "'\(query).lora_A.weight' has values that are not finite") {
      tensor, values in
      guard tensor.name == "\(query).lora_A.weight" else { return [tensor] }
      return [
        NamedTensor(
          name: tensor.name, shape: tensor.shape, values: [.nan] + values.dropFirst())
      ]
    },
  ]
}

/// A folder is not trusted: whatever is wrong with it ends in a sentence that names it.
@Suite struct HostileImportTests {
  @Test(arguments: SpoiledAdapter.configurations + SpoiledAdapter.files)
  func whatIsWrongIsNamed(spoiled: SpoiledAdapter) throws {
    try TinySubject.withFolder { folder in
      let copy = folder.appending(path: "adapter")
      try FileManager.default.copyItem(at: Fixtures.url(spoiled.fixture), to: copy)
      try spoiled.spoil(copy)
      do {
        _ = try ImportedModel(copy.path)
        Issue.record("\(spoiled.name) was accepted")
      } catch {
        #expect("\(error)".contains(spoiled.says), "\(error)")
        #expect(error is ImportError || error is CheckpointError)
      }
    }
  }
}
