import Checkpoints
import StrictJSON

/// The members of a configuration that somebody else wrote, read with named faults.
struct ImportFields {
  let file: String
  private let object: JSONObject

  init(file: String) throws {
    let bytes = try MappedFile.contents(of: file)
    let value: JSONValue
    do throws(JSONError) { value = try JSONValue(parsing: bytes) } catch {
      throw ImportError.damaged(file: file, reason: "it is not JSON: \(error)")
    }
    guard let object = value.object else {
      throw ImportError.damaged(file: file, reason: "it is not a JSON object")
    }
    self.init(file: file, object: object)
  }

  private init(file: String, object: JSONObject) {
    self.file = file
    self.object = object
  }

  subscript(name: String) -> JSONValue? { object[name] }

  var members: [JSONObject.Member] { object.members }

  func fault(_ name: String, expected: String) -> ImportError {
    .badField(
      file: file, field: name, expected: expected, got: object[name]?.inWords ?? "nothing")
  }

  /// A whole number in a range.
  func integer(_ name: String, in range: ClosedRange<Int>) throws -> Int {
    guard let value = object[name]?.integer, range.contains(value) else {
      throw fault(name, expected: "a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  /// A finite number.
  func number(_ name: String) throws -> Double {
    guard let value = object[name]?.double else { throw fault(name, expected: "a number") }
    return value
  }

  /// A share from 0 to below 1; 0 where it is missing.
  func share(_ name: String) throws -> Double {
    guard let value = object[name], !value.isNull else { return 0 }
    guard let share = value.double, (0..<1).contains(share) else {
      throw fault(name, expected: "a share from 0 to below 1")
    }
    return share
  }

  /// A truth value; false where it is missing.
  func flag(_ name: String) throws -> Bool {
    guard let value = object[name], !value.isNull else { return false }
    guard let flag = value.bool else { throw fault(name, expected: "true or false") }
    return flag
  }

  func text(_ name: String) throws -> String {
    guard let value = object[name]?.string else { throw fault(name, expected: "a text") }
    return value
  }

  func optionalText(_ name: String) throws -> String? {
    guard let value = object[name], !value.isNull else { return nil }
    return try text(name)
  }

  /// A list of texts, or one text; nil where it is missing.
  func texts(_ name: String) throws -> [String]? {
    guard let value = object[name], !value.isNull else { return nil }
    if let text = value.string { return [text] }
    guard let texts = value.array?.map(\.string), !texts.contains(nil) else {
      throw fault(name, expected: "a list of texts")
    }
    return texts.compactMap { $0 }
  }

  /// Names with numbers, in the file's order.
  func numbers(_ name: String) throws -> [(key: String, value: Double)] {
    guard let value = object[name], !value.isNull else { return [] }
    guard let members = value.object?.members else {
      throw fault(name, expected: "names with numbers")
    }
    return try members.map { member in
      guard let number = member.value.double else {
        throw fault("\(name).\(member.key)", expected: "a number")
      }
      return (member.key, number)
    }
  }

  /// An object inside of this one.
  func object(_ name: String) throws -> ImportFields {
    guard let inner = object[name]?.object else { throw fault(name, expected: "an object") }
    return ImportFields(file: file, object: inner)
  }
}

extension JSONValue {
  /// Whether the value says that something is not there: null, false, an empty list or object.
  var isAbsent: Bool {
    switch self {
    case .null, .bool(false): true
    case .array(let elements): elements.isEmpty
    case .object(let object): object.members.isEmpty
    default: false
    }
  }
}
