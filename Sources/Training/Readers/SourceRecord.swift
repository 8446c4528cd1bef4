internal import StrictJSON

/// One example as it stands in a data file, before columns are looked up.
struct SourceRecord {
  /// Where it starts.
  let place: FilePlace
  let content: Content

  enum Content {
    /// The fields of a table's row.
    case fields([String])
    case object(JSONObject)
  }
}

/// All examples of one data file, with its header if it has one.
struct SourceTable {
  let path: String
  /// The column names of a table with a header line.
  let header: [String]?
  let records: [SourceRecord]
}
