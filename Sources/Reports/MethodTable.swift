public import SearchSpaces

/// The catalogue of PEFT methods as tables.
public enum MethodTable {
  /// One row a method.
  public static func overview(_ schemas: [MethodSchema]) -> Table {
    var table = Table(columns: ["method", "scope", "size", "mergeable", "parameters", "summary"])
    for schema in schemas {
      table.append([
        .text(schema.name), .text(schema.scope.rawValue),
        schema.sizeParameter.map { .text($0) } ?? .missing, .flag(schema.isMergeable),
        .text(schema.countFormula), .text(schema.summary),
      ])
    }
    return table
  }

  /// What stands above the parameters of one method.
  public static func heading(_ schema: MethodSchema) -> String {
    """
    \(schema.name): \(schema.summary)
    parameters: \(schema.countFormula)
    \(schema.isMergeable ? "can be folded into the backbone" : "cannot be folded into the backbone")
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
