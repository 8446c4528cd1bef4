/// One configuration of `adapter_config.json`, read strictly.
struct AdapterHubConfiguration {
  let fields: [String: ConfigValue]
  let file: String

  func fault(_ name: String, expected: String) -> ExportError {
    .damaged(
      file: file,
      reason: "'\(name)' is \(fields[name]?.json ?? "missing"), expected \(expected)")
  }

  func flag(_ name: String) throws -> Bool {
    guard case .flag(let value) = fields[name] else { throw fault(name, expected: "true or false") }
    return value
  }

  func text(_ name: String) throws -> String {
    guard case .text(let value) = fields[name] else { throw fault(name, expected: "a text") }
    return value
  }

  func integer(_ name: String) throws -> Int {
    guard case .integer(let value) = fields[name] else {
      throw fault(name, expected: "a whole number")
    }
    return value
  }

  /// A number that the library wants spelled as a `float`.
  func real(_ name: String) throws -> Double {
    guard case .number(let value) = fields[name] else {
      throw fault(name, expected: "a number with a point")
    }
    return value
  }

  func number(_ name: String) throws -> Double {
    guard let value = fields[name]?.asNumber else { throw fault(name, expected: "a number") }
    return value
  }

  /// The layers that are not left out, ascending.
  func layers(of model: AdapterHubModel) throws -> [Int] {
    guard case .list(let values) = fields["leave_out"] else {
      throw fault("leave_out", expected: "a list of layers")
    }
    let out = Set(values.compactMap(\.asInteger))
    return model.layers.filter { !out.contains($0) }
  }

  /// Requires that all fields are as in a template but those that are named.
  func require(_ template: [String: ConfigValue], besides free: Set<String>) throws {
    for (name, value) in template where !free.contains(name) && fields[name] != value {
      throw fault(name, expected: value.json)
    }
    if let unknown = fields.keys.sorted().first(where: { template[$0] == nil }) {
      throw fault(unknown, expected: "no such field")
    }
  }
}
