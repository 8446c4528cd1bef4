internal import Foundation
internal import RunStore

/// Writes a report into a folder: `report.html`, `pictures/*.svg`, `tables/*.json` and `*.csv`.
public enum ReportFiles {
  /// - Returns: the paths, the page first.
  /// - Throws: `FileError` and what the file system says.
  public static func write(_ document: ReportDocument, to folder: String) throws -> [String] {
    var files: [(path: String, content: String)] = [
      ("\(folder)/report.html", try ReportPage.html(document))
    ]
    for (name, picture) in document.pictures {
      files.append(("\(folder)/pictures/\(name).svg", picture.file))
    }
    for (name, table) in document.tables {
      files.append(("\(folder)/tables/\(name).json", table.rendered(as: .json)))
      files.append(("\(folder)/tables/\(name).csv", table.rendered(as: .csv)))
    }
    for sub in ["", "/pictures", "/tables"] {
      try FileManager.default.createDirectory(
        atPath: folder + sub, withIntermediateDirectories: true)
    }
    for (path, content) in files {
      try RunFiles.durable.write(Data(content.utf8), path)
    }
    return files.map(\.path)
  }
}
