internal import StrictJSON

/// Typed reading of one object of a JSON file, with errors that name the file and the field.
struct JSONFields {
  let path: String
  /// Where the object stands in the file: empty for the whole, else such as "model".
  let place: String
  let object: JSONObject

  /// The object of a whole file.
  init(file path: String) throws(TokenizerError) {
    let bytes = try TextFile.bytes(of: path)
    let value: JSONValue
    do {
      value = try JSONValue(parsing: bytes)
    } catch { throw .notJSON(path: path, reason: error.description) }
    guard let object = value.object else {
      throw .notJSON(path: path, reason: "expected an object, got \(value.inWords).")
    }
    self.init(path: path, place: "", object: object)
  }

  init(path: String, place: String, object: JSONObject) {
    self.path = path
    self.place = place
    self.object = object
  }

  func name(_ field: String) -> String { place.isEmpty ? field : "\(place).\(field)" }

  /// The value of a key; nil where it is missing or null.
  func optional(_ field: String) -> JSONValue? {
    guard let value = object[field], !value.isNull else { return nil }
    return value
  }

  func required(_ field: String) throws(TokenizerError) -> JSONValue {
    guard let value = object[field] else {
      throw .missingField(path: path, field: name(field))
    }
    return value
  }

  func text(_ field: String) throws(TokenizerError) -> String {
    let value = try required(field)
    guard let text = value.string else { throw wrong(field, "a text", value) }
    return text
  }

  func flag(_ field: String) throws(TokenizerError) -> Bool {
    let value = try required(field)
    guard let flag = value.bool else { throw wrong(field, "true or false", value) }
    return flag
  }

  func optionalFlag(_ field: String) throws(TokenizerError) -> Bool? {
    guard let value = optional(field) else { return nil }
    guard let flag = value.bool else { throw wrong(field, "true, false or null", value) }
    return flag
  }

  /// A whole number from 0 to ten millions, which is more than any vocabulary has.
  func number(_ field: String) throws(TokenizerError) -> Int {
    let value = try required(field)
    guard let number = value.integer, (0...10_000_000).contains(number) else {
      throw wrong(field, "a whole number from 0 to 10000000", value)
    }
    return number
  }

  func list(_ field: String) throws(TokenizerError) -> [JSONValue] {
    let value = try required(field)
    guard let list = value.array else { throw wrong(field, "a list", value) }
    return list
  }

  func fields(_ field: String) throws(TokenizerError) -> JSONFields {
    try fields(field, of: try required(field))
  }

  /// The object that a value below this one is.
  func fields(_ field: String, of value: JSONValue) throws(TokenizerError) -> JSONFields {
    guard let object = value.object else { throw wrong(field, "an object", value) }
    return JSONFields(path: path, place: name(field), object: object)
  }

  /// Refuses every key that is not listed.
  func allow(_ known: [String]) throws(TokenizerError) {
    for member in object.members where !known.contains(member.key) {
      throw .unknownField(path: path, field: name(member.key))
    }
  }

  func wrong(_ field: String, _ expected: String, _ got: JSONValue) -> TokenizerError {
    .wrongValue(path: path, field: name(field), expected: expected, got: got.inWords)
  }
}

extension JSONFields {
  /// The fields of an added token as both kinds of file write them.
  func addedToken(id: Int32) throws(TokenizerError) -> AddedToken {
    AddedToken(
      content: try text("content"), id: id,
      isSingleWord: try optionalFlag("single_word") ?? false,
      stripsLeft: try optionalFlag("lstrip") ?? false,
      stripsRight: try optionalFlag("rstrip") ?? false,
      isNormalized: try optionalFlag("normalized") ?? false)
  }
}
