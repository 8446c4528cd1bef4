import Logging

extension TinyTrial {
  static let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
}
