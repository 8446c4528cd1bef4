public import SearchSpaces

/// The catalogue of methods as a page of Markdown, which `docs/methods.md` holds.
public enum MethodDocument {
  /// One section for each method, in the order of the registry.
  public static func markdown(_ schemas: [MethodSchema]) -> String {
    let rows = schemas.map {
      "| [`\($0.name)`](#\($0.name)) | \($0.scope.rawValue) | \($0.isMergeable ? "yes" : "no") "
        + "| \($0.summary) |"
    }
    let head = """
      # PEFT methods

      Every method of the program with its parameters, as the registry declares them. D is the hidden width, F the inner feed-forward width, in and out the widths of an adapted map. This page is written by a test (`make docs`); do not edit it.

      | method | scope | folds into the backbone | |
      |---|---|---|---|
      \(rows.joined(separator: "\n"))

      """
    return head + schemas.map(section).joined()
  }

  private static func section(_ schema: MethodSchema) -> String {
    let rows = schema.parameters.map { parameter in
      "| `\(parameter.name)` | \(legal(parameter.kind)) | \(parameter.defaultValue.description) "
        + "| \(parameter.documentation) |"
    }
    return """

      ## \(schema.name)

      \(schema.summary)

      * Parameters: \(schema.countFormula).
      * Size: \(schema.sizeParameter.map { "`\($0)`" } ?? "fixed").
      * \(schema.isMergeable ? "Folds" : "Does not fold") into the backbone's weights.
      * See \(schema.references.joined(separator: "; ")).

      | parameter | values | default | meaning |
      |---|---|---|---|
      \(rows.joined(separator: "\n"))

      """
  }

  private static func legal(_ kind: ParameterSchema.Kind) -> String {
    switch kind {
    case .integer(let range): "\(range.lowerBound) to \(range.upperBound)"
    case .number(let range): "\(range.lowerBound) to \(range.upperBound)"
    case .choice(let names): names.joined(separator: ", ")
    case .subset(let names, let minimum):
      "\(minimum == 0 ? "any" : "at least \(minimum)") of \(names.joined(separator: ", "))"
    case .flag: "true, false"
    }
  }
}
