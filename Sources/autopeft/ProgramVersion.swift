/// The version that `autopeft --version` prints and that runs and exports record.
enum ProgramVersion {
  static let text = "0.1.0"
}
