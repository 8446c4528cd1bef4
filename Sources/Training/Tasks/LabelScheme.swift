/// How the labels in data files become class numbers.
public struct LabelScheme: Hashable, Sendable {
  /// The names in class order, as `predict` prints them.
  public let names: [String]
  /// What stands in the files, in the same order; several spellings may name one class.
  private let classes: [String: Int]

  /// Labels that stand in the files under their own names.
  public init(names: [String]) {
    self.init(spellings: names.map { ($0, $0) })
  }

  /// Labels that stand in the files as `spelling` and are called `name`; classes are numbered in
  /// the order in which their names first occur.
  public init(spellings: [(spelling: String, name: String)]) {
    var names: [String] = []
    var classes: [String: Int] = [:]
    for (spelling, name) in spellings {
      let number = names.firstIndex(of: name) ?? names.count
      if number == names.count { names.append(name) }
      classes[spelling] = number
    }
    self.names = names
    self.classes = classes
  }

  /// The labels that occur in files, in ascending order: as numbers where all are, else as text.
  init(collectedFrom spellings: some Sequence<String>) {
    let distinct = Array(Set(spellings))
    let numbers = distinct.compactMap { Double($0) }
    let ordered =
      numbers.count == distinct.count
      ? distinct.sorted { (Double($0) ?? 0, $0) < (Double($1) ?? 0, $1) } : distinct.sorted()
    self.init(names: ordered)
  }

  /// The class number of a label in a file; nil for one that is not known.
  func number(of spelling: String) -> Int? { classes[spelling] }

  /// What may stand in the files, in class order.
  var spellings: [String] {
    classes.sorted { ($0.value, $0.key) < ($1.value, $1.key) }.map { $0.key }
  }
}
