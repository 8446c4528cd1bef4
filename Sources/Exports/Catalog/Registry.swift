/// All export formats, in the order of listings.
public enum ExporterRegistry {
  public static let all: [any Exporter.Type] = [
    ConfigurationFormat.self,
    HuggingFacePEFT.self,
    PortablePEFT.self,
    MergedCheckpoint.self,
    AdapterHub.self,
  ]

  /// The format with a name.
  public static func exporter(named name: String) throws(ExportError) -> any Exporter {
    guard let type = all.first(where: { $0.name == name }) else {
      throw .unknownFormat(name, known: all.map { $0.name })
    }
    return type.init()
  }
}
