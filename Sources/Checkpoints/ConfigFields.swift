internal import StrictJSON

/// Typed reading of the keys of a `config.json`; `null` counts as not there.
struct ConfigFields {
  let object: JSONObject

  func text(_ field: String, default standard: String? = nil) throws(BackboneConfigFault) -> String
  {
    guard let value = value(field) else { return try fallback(field, standard) }
    guard let text = value.string else {
      throw .wrongType(field: field, expected: "a text", got: value.inWords)
    }
    return text
  }

  func flag(_ field: String, default standard: Bool) throws(BackboneConfigFault) -> Bool {
    guard let value = value(field) else { return standard }
    guard let flag = value.bool else {
      throw .wrongType(field: field, expected: "true or false", got: value.inWords)
    }
    return flag
  }

  func integer(
    _ field: String, _ range: ClosedRange<Int>, default standard: Int? = nil
  ) throws(BackboneConfigFault) -> Int {
    guard let value = value(field) else { return try fallback(field, standard) }
    let expected = "a whole number from \(range.lowerBound) to \(range.upperBound)"
    guard case .number(let text) = value else {
      throw .wrongType(field: field, expected: expected, got: value.inWords)
    }
    guard let number = value.integer, range.contains(number) else {
      throw .outOfRange(field: field, expected: expected, got: String(text.prefix(40)))
    }
    return number
  }

  /// A share in 0 ..< 1, such as a dropout rate.
  func rate(_ field: String, default standard: Double) throws(BackboneConfigFault) -> Double {
    try number(field, "a number from 0, below 1", default: standard) { $0 >= 0 && $0 < 1 }
  }

  /// A number above 0.
  func positive(
    _ field: String, below limit: Double, default standard: Double
  ) throws(BackboneConfigFault) -> Double {
    try number(field, "a number above 0, below \(limit)", default: standard) {
      $0 > 0 && $0 < limit
    }
  }

  /// Label names by their numbers: `id2label` must count from 0 without holes.
  func labels() throws(BackboneConfigFault) -> [String] {
    guard let value = value("id2label") else { return [] }
    guard let map = value.object else {
      throw .wrongType(field: "id2label", expected: "an object", got: value.inWords)
    }
    var names: [Int: String] = [:]
    for member in map.members {
      guard let name = member.value.string else {
        throw .wrongType(
          field: "id2label.\(member.key)", expected: "a text", got: member.value.inWords)
      }
      guard let number = Int(member.key), map.members.indices.contains(number),
        names.updateValue(name, forKey: number) == nil
      else {
        throw .outOfRange(
          field: "id2label", expected: "an object with the keys 0 to \(map.members.count - 1)",
          got: "the key '\(member.key)'")
      }
    }
    return names.sorted { $0.key < $1.key }.map(\.value)
  }

  private func number(
    _ field: String, _ expected: String, default standard: Double, isValid: (Double) -> Bool
  ) throws(BackboneConfigFault) -> Double {
    guard let value = value(field) else { return standard }
    guard case .number(let text) = value else {
      throw .wrongType(field: field, expected: expected, got: value.inWords)
    }
    guard let number = value.double, isValid(number) else {
      throw .outOfRange(field: field, expected: expected, got: String(text.prefix(40)))
    }
    return number
  }

  private func value(_ field: String) -> JSONValue? {
    guard let value = object[field], !value.isNull else { return nil }
    return value
  }

  private func fallback<Value>(
    _ field: String, _ standard: Value?
  ) throws(BackboneConfigFault) -> Value {
    guard let standard else { throw .missing(field: field) }
    return standard
  }
}
