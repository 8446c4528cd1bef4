import ArgumentParser
import Foundation

/// Which backbone an imported adapter belongs to.
enum ImportedBackbone {
  /// What `--backbone` says, else what the adapter names where that is a folder here.
  static func name(_ said: String?, named: String?) throws -> String {
    if let said { return said }
    guard let named, !named.isEmpty else {
      throw ValidationError("The adapter does not name its backbone; add --backbone.")
    }
    if named == "embedded" { return named }
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: named, isDirectory: &isFolder), isFolder.boolValue
    else {
      throw ValidationError(
        "The adapter names its backbone '\(named)', which is no folder here; add --backbone.")
    }
    return named
  }
}
