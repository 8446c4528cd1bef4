internal import Foundation
internal import SearchSpaces

/// Reads how the examples stand in a data file, from a split's own keys or those of the task file.
struct TaskFileLayout {
  /// Mappings that may say a layout key, the nearest first.
  let mappings: [TaskFileMapping]
  let kind: TaskKind

  /// The layout of a data file; the format follows the name's ending where it is not said.
  func layout(of name: String) throws(TaskError) -> DataLayout {
    let format = try format(of: name)
    return DataLayout(
      format: format, hasHeader: try value("header")?.flag(),
      quoting: try value("quoting")?.word(), encoding: try value("encoding")?.word() ?? .utf8,
      columns: try columns(format),
      ignoresExtraColumns: try extraColumns() == .ignore)
  }

  private enum ExtraColumns: String, CaseIterable {
    case refuse
    case ignore
  }

  private func extraColumns() throws(TaskError) -> ExtraColumns {
    try value("extra-columns")?.word() ?? .refuse
  }

  private func format(of name: String) throws(TaskError) -> DataLayout.Format {
    if let said = value("format") { return try said.word() }
    if let known = DataLayout.Format(rawValue: (name as NSString).pathExtension.lowercased()) {
      return known
    }
    let choices = DataLayout.Format.allCases.map { $0.rawValue }.joined(separator: ", ")
    return try required(
      "format", "how '\(name)' is to be read, one of: \(choices)"
    ).word()
  }

  private func columns(_ format: DataLayout.Format) throws(TaskError) -> ColumnSet {
    if format == .labelled, value("columns") == nil {
      return ColumnSet(text: [.number(2)], label: .number(1))
    }
    let value = try required("columns", "which column holds what: {text: …, label: …}")
    let mapping = try TaskFileMapping(
      value.yaml, key: "columns", file: value.file, keys: ["text", "pair", "label"])
    let pair = mapping.optional("pair")
    guard (pair != nil) == kind.isPair else {
      let bare = kind.isRegression ? "regression" : "classification"
      throw (pair ?? value).fault(
        .pairColumn(kind: kind.isPair ? kind.rawValue : bare, isPresent: pair != nil))
    }
    let label = try mapping.required("label", "the column of the label or of the number")
    return ColumnSet(
      text: try references(mapping.required("text", "the column of the text")),
      pair: try pair.map { value throws(TaskError) in try references(value) } ?? [],
      label: try reference(label))
  }

  private func references(_ value: TaskFileValue) throws(TaskError) -> [ColumnReference] {
    guard case .sequence(let elements) = value.yaml.content else { return [try reference(value)] }
    guard !elements.isEmpty else { throw value.wrong("a column, or a list of columns") }
    var references: [ColumnReference] = []
    for element in elements {
      references.append(
        try reference(TaskFileValue(yaml: element, key: value.key, file: value.file)))
    }
    return references
  }

  private func reference(_ value: TaskFileValue) throws(TaskError) -> ColumnReference {
    let text = try value.text()
    guard let number = Int(text) else { return .name(text) }
    guard number > 0 else { throw value.wrong("a name, or a number counted from 1") }
    return .number(number)
  }

  private func value(_ key: String) -> TaskFileValue? {
    mappings.lazy.compactMap { $0.optional(key) }.first
  }

  private func required(_ key: String, _ meaning: String) throws(TaskError) -> TaskFileValue {
    for mapping in mappings.dropLast() {
      if let value = mapping.optional(key) { return value }
    }
    guard let root = mappings.last else {
      preconditionFailure("TaskFileLayout: at least one mapping is searched for '\(key)'")
    }
    return try root.required(key, meaning)
  }
}
