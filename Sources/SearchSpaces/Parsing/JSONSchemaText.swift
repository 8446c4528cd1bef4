/// Writes shapes as a JSON Schema (draft 2020-12), keys in a fixed order.
enum JSONSchemaText {
  static func document(_ shape: ValueShape, title: String, identifier: String) -> String {
    var fields: [(String, JSONText)] = [
      ("$schema", .string("https://json-schema.org/draft/2020-12/schema")),
      ("$id", .string(identifier)), ("title", .string(title)),
    ]
    if case .object(let rest) = json(shape) { fields += rest }
    return JSONText.object(fields).rendered() + "\n"
  }

  private static func json(_ shape: ValueShape) -> JSONText {
    switch shape {
    case .integer(let range):
      .object([
        ("type", .string("integer")), ("minimum", .integer(range.lowerBound)),
        ("maximum", .integer(range.upperBound)),
      ])
    case .number(let range):
      .object([
        ("type", .string("number")), ("minimum", .number(range.lowerBound)),
        ("maximum", .number(range.upperBound)),
      ])
    case .text: .object([("type", .string("string")), ("minLength", .integer(1))])
    case .word(let words): .object([("enum", .array(words.map { .string($0) }))])
    case .flag:
      .object([("enum", .array([.flag(true), .flag(false)] + flagWords.map { .string($0) }))])
    case .limit(let unit): limit(unit)
    case .scalar:
      .object([("type", .array(["string", "number", "boolean"].map { .string($0) }))])
    case .list(let element, let minimum, let maximum):
      .object(
        [("type", .string("array")), ("items", json(element))]
          + (minimum > 0 ? [("minItems", .integer(minimum))] : [])
          + (maximum.map { [("maxItems", .integer($0))] } ?? []))
    case .mapping(let mapping): self.mapping(mapping)
    case .oneOf(let shapes): .object([("anyOf", .array(shapes.map(json)))])
    }
  }

  private static let flagWords = ["on", "off", "yes", "no"]

  private static func limit(_ unit: ValueShape.LimitUnit) -> JSONText {
    func text(_ pattern: String) -> JSONText {
      .object([("type", .string("string")), ("pattern", .string(pattern))])
    }
    func number(or pattern: String) -> JSONText {
      .object([
        (
          "anyOf",
          .array([
            .object([("type", .string("integer")), ("minimum", .integer(1))]), text(pattern),
          ])
        )
      ])
    }
    return switch unit {
    case .parameters: number(or: "^[0-9.]+ *(%|k|M|G)?$")
    case .bytes: number(or: "^[0-9.]+ *(B|kB|KB|MB|GB|KiB|MiB|GiB)?$")
    case .plain: number(or: "^[0-9.]+ *(k|M|G)?$")
    case .millionths: text("^[0-9.]+ *%$")
    }
  }

  private static func mapping(_ mapping: MappingShape) -> JSONText {
    let properties = mapping.keys.map { key -> (String, JSONText) in
      guard case .object(let fields) = json(key.shape) else { return (key.name, .object([])) }
      return (key.name, .object([("description", .string(key.documentation))] + fields))
    }
    let required = mapping.keys.filter(\.isRequired).map { JSONText.string($0.name) }
    var fields: [(String, JSONText)] = [("type", .string("object"))]
    if !properties.isEmpty { fields.append(("properties", .object(properties))) }
    if !required.isEmpty { fields.append(("required", .array(required))) }
    fields.append(("additionalProperties", mapping.others.map(json) ?? .flag(false)))
    return .object(fields)
  }
}
