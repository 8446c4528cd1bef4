/// The executors that `--executor` knows, by name.
public enum ExecutorRegistry {
  /// One line a member; the file of each stands beside this one.
  public static let members: [any Executor.Type] = [
    InlineExecutor.self,
    LocalExecutor.self,
  ]

  /// The names in the order of the list.
  public static var names: [String] { members.map { $0.name } }

  /// Checks a name given by a user.
  ///
  /// - Throws: `ExecutorError.unknownName` with the known ones.
  public static func member(named name: String) throws -> any Executor.Type {
    guard let member = members.first(where: { $0.name == name }) else {
      throw ExecutorError.unknownName(name, known: names)
    }
    return member
  }
}
