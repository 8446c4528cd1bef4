import Exports

/// How the outputs of a foreign head answer to the labels of a task.
struct ImportedLabels {
  private let named: [String]?
  /// The task's labels in class order; empty for a regression.
  private let task: [String]

  /// - Parameter named: the names of `--labels`, between commas.
  init(named: String?, task: [String]) {
    self.named = named?.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    self.task = task
  }

  /// The head with its outputs in the order of the task's classes.
  ///
  /// - Throws: `ImportError.wrongOutputCount` or `.otherLabels`.
  func ordered(_ head: ImportedAdapter.Head) throws -> ImportedAdapter.Head {
    let count = task.isEmpty ? 1 : task.count
    guard head.outputCount == count else {
      throw ImportError.wrongOutputCount(adapter: head.outputCount, task: count)
    }
    guard !task.isEmpty else { return head }
    guard let labels = named ?? head.labels else {
      Console.note(
        "The adapter does not name its labels; they are taken in the task's order: "
          + task.joined(separator: ", ") + ". Say otherwise with --labels.")
      return head
    }
    let order = task.compactMap { labels.firstIndex(of: $0) }
    guard order.count == count, labels.count == count, Set(order).count == count else {
      throw ImportError.otherLabels(adapter: labels, task: task)
    }
    return head.reordered(order)
  }
}
