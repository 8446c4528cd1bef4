/// The members of a JSON object in the order of the file; no key stands twice.
public struct JSONObject: Sendable {
  /// One key with its value.
  public struct Member: Sendable {
    public let key: String
    public let value: JSONValue
  }

  public let members: [Member]

  /// The value of a key, compared by bytes; nil where the object does not have it.
  ///
  /// Complexity: linear in the number of members. Walk `members` where there are many.
  public subscript(key: String) -> JSONValue? {
    let wanted = ExactText(key)
    return members.first { ExactText($0.key) == wanted }?.value
  }
}
