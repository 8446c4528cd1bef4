import Checkpoints
import StrictJSON

extension ConfigValue {
  /// Reads a JSON file and keeps whole and real numbers apart as they are spelled: `4` and `4.0`.
  ///
  /// - Throws: `ExportError.damaged`, or what reading the file throws.
  init(contentsOf path: String) throws {
    let bytes = try MappedFile.contents(of: path)
    do throws(JSONError) {
      self = ConfigValue(try JSONValue(parsing: bytes))
    } catch { throw ExportError.damaged(file: path, reason: "it is not JSON: \(error)") }
  }

  private init(_ value: JSONValue) {
    switch value {
    case .null: self = .null
    case .bool(let flag): self = .flag(flag)
    case .string(let text): self = .text(text)
    case .array(let values): self = .list(values.map { ConfigValue($0) })
    case .object(let object):
      self = .map(
        object.members.reduce(into: [:]) { $0[$1.key] = ConfigValue($1.value) })
    case .number(let text):
      self = Int(text).map { .integer($0) } ?? .number(value.double ?? .infinity)
    }
  }

  /// The value as JSON, members sorted by their names; a real number always has a point or an
  /// exponent, so that Python reads it as a `float`.
  var json: String { json(indentation: "") }

  private func json(indentation: String) -> String {
    let inner = indentation + "  "
    func block(_ open: String, _ items: [String], _ close: String) -> String {
      items.isEmpty
        ? open + close
        : "\(open)\n" + items.map { inner + $0 }.joined(separator: ",\n")
          + "\n\(indentation)\(close)"
    }
    switch self {
    case .null: return "null"
    case .flag(let value): return value ? "true" : "false"
    case .integer(let value): return String(value)
    case .number(let value): return value.description
    case .text(let value): return JSONValue.quoted(value)
    case .list(let values):
      return block("[", values.map { $0.json(indentation: inner) }, "]")
    case .map(let values):
      let members = values.sorted { $0.key < $1.key }.map {
        "\(JSONValue.quoted($0.key)): \($0.value.json(indentation: inner))"
      }
      return block("{", members, "}")
    }
  }
}
