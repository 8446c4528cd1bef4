public import SearchSpaces

/// The catalogue of PEFT methods as tables.
public enum MethodTable {
  /// One method of the overview.
  public struct Entry {
    public let schema: MethodSchema
    /// Why the backbone does not take it with its defaults; nil where it does.
    public let refusal: String?
    /// The export formats that hold it with its defaults.
    public let exports: [String]

    public init(schema: MethodSchema, refusal: String?, exports: [String]) {
      self.schema = schema
      self.refusal = refusal
      self.exports = exports
    }
  }

  /// One row a method.
  public static func overview(_ entries: [Entry]) -> Table {
    var table = Table(columns: [
      "method", "scope", "size", "mergeable", "exports", "summary", "parameters", "refusal",
    ])
    for entry in entries {
      let schema = entry.schema
      table.append([
        .text(schema.name), .text(schema.scope.rawValue),
        schema.sizeParameter.map { .text($0) } ?? .missing, .flag(schema.isMergeable),
        .text(entry.exports.joined(separator: ", ")), .text(schema.summary),
        .text(schema.countFormula), entry.refusal.map { .text($0) } ?? .missing,
      ])
    }
    return table
  }

  /// What stands above the parameters of one method.
  public static func heading(_ entry: Entry) -> String {
    let schema = entry.schema
    let offer =
      entry.refusal.map { "this backbone is refused: it \($0)" }
      ?? "export formats with its defaults: \(entry.exports.joined(separator: ", "))"
    return """
      \(schema.name): \(schema.summary)
      parameters: \(schema.countFormula)
      \(schema.isMergeable ? "can be folded into the backbone" : "cannot be folded into the backbone")
      \(offer)
      \(schema.references.map { "see \($0)" }.joined(separator: "\n"))

      """
  }

  /// One row a hyper-parameter.
  public static func parameters(_ schema: MethodSchema) -> Table {
    var table = Table(columns: ["parameter", "values", "default", "meaning"])
    for parameter in schema.parameters {
      table.append([
        .text(parameter.name), .text(values(parameter.kind)),
        .text(parameter.defaultValue.description), .text(parameter.documentation),
      ])
    }
    return table
  }

  private static func values(_ kind: ParameterSchema.Kind) -> String {
    switch kind {
    case .integer(let range): "\(range.lowerBound) to \(range.upperBound)"
    case .number(let range): "\(range.lowerBound) to \(range.upperBound)"
    case .choice(let names): names.joined(separator: " | ")
    case .subset(let names, let minimum):
      "\(minimum == 0 ? "any" : "at least \(minimum)") of \(names.joined(separator: ", "))"
    case .flag: "true | false"
    }
  }
}
