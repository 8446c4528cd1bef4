extension SpaceError: CustomStringConvertible {
  /// One sentence: where, what, what was expected, what was found, what to do.
  public var description: String {
    textSentence ?? shapeSentence ?? domainSentence ?? meaningSentence
  }

  private var textSentence: String? {
    switch self {
    case .unreadable(let file, let reason): "\(file): cannot be read: \(reason)."
    case .tooLarge(let file, let bytes, let limit):
      "\(file): the file has \(bytes) bytes, expected at most \(limit). Is this a space file?"
    case .notUTF8(let file, let offset):
      "\(file): byte \(offset + 1) is not UTF-8. Save the file as UTF-8."
    case .empty(let file):
      "\(file): the file is empty, expected at least 'version: 1'."
    case .syntax(let place, let problem): "\(place): the YAML is broken: \(problem)."
    case .tooDeep(let place, let limit):
      "\(place): values are nested more than \(limit) deep."
    case .tooManyValues(let place, let limit): "\(place): the file has more than \(limit) values."
    case .reference(let place, let what):
      "\(place): \(what) is not allowed here. Write the value out, or put the text in quotes."
    case .keyKind(let place): "\(place): a key must be a plain word, got a list or a mapping."
    case .duplicateKey(let place, let key):
      "\(place): the key '\(key)' stands twice in one mapping. Remove one of them."
    default: nil
    }
  }

  private var shapeSentence: String? {
    switch self {
    case .unknownKey(let place, let subject, let key, let known):
      "\(place): unknown key '\(key)' in \(subject).\(Self.advice(key, known))"
    case .missingKey(let place, let subject, let key):
      "\(place): \(subject) needs the key '\(key)'."
    case .unexpected(let place, let subject, let expected, let got):
      "\(place): \(subject) must be \(expected), got \(got)."
    case .unknownValue(let place, let subject, let value, let known):
      "\(place): unknown value '\(value)' in \(subject).\(Self.advice(value, known))"
    case .unknownName(let place, let subject, let name, let known):
      "\(place): unknown \(subject) '\(name)'.\(Self.advice(name, known))"
    case .version(let place, let got, let known):
      "\(place): this is a file of version \(got), this program knows \(known). Update autopeft."
    default: nil
    }
  }

  private var domainSentence: String? {
    switch self {
    case .reversedRange(let place, let subject, let lower, let upper):
      "\(place): the range of \(subject) runs from \(lower) to \(upper). Put the smaller bound first."
    case .logarithm(let place, let subject, let lower):
      "\(place): \(subject) is spaced by logarithm and must start above 0, got \(lower)."
    case .repeated(let place, let subject, let value):
      "\(place): \(subject) lists \(value) twice."
    case .notAscending(let place, let subject, let value, let after):
      "\(place): \(subject) must ascend, got \(value) after \(after)."
    case .subsetBounds(let place, let subject, let minimum, let maximum, let count):
      "\(place): \(subject) has \(count) member\(count == 1 ? "" : "s") and cannot hold "
        + (minimum > maximum
          ? "at least \(minimum) and at most \(maximum) of them."
          : minimum == maximum ? "\(minimum) of them." : "\(minimum) to \(maximum) of them.")
    default: nil
    }
  }

  private var meaningSentence: String {
    switch self {
    case .groupSizes(let place, let sum, let layers):
      "\(place): the groups have \(sum) layers in all, the backbone has \(layers)."
    case .grouping(let place, let problem): "\(place): \(problem)"
    case .outsideRange(let place, let subject, let got, let upper, let what):
      "\(place): \(subject) must be a number from 1 to \(upper) (\(what)), got \(got)."
    case .oneStack(let place):
      "\(place): 'stacks: apart' needs an encoder and a decoder, the backbone has one stack of "
        + "layers. Leave 'stacks' out."
    case .scope(let place, let method, let scope, let subject):
      "\(place): method '\(method)' \(Self.reason(scope)) and cannot stand in \(subject)."
        + Self.remedy(scope)
    case .claim(let place, let first, let second, let weight, let subject):
      "\(place): '\(first)' and '\(second)' both rewrite '\(weight)' in \(subject). Keep one of them."
    case .unusedMethod(let place, let method):
      "\(place): method '\(method)' is described and never used. Name it in 'each-group', 'group' "
        + "or 'model', or remove it."
    case .absentMethod(let place, let method, let group):
      "\(place): group \(group) never holds '\(method)'. Add it to the group's methods, or remove "
        + "these settings."
    case .tieOverridden(let place, let name, let group):
      "\(place): '\(name)' is tied over all groups and has its own values in group \(group). "
        + "Remove one of the two."
    case .fillWithoutBudget(let place, let method):
      "\(place): the size of '\(method)' is to be filled, and there is no budget of parameters. "
        + "Add for example 'budget: {deployed: 0.5%}'."
    case .spreadWithoutFill(let place):
      "\(place): 'spread' and 'scope' have no effect: no size is 'fill'. Remove them."
    case .twoBudgets(let place, let first, let second):
      "\(place): '\(first)' and '\(second)' name the same limit. Keep one of them."
    case .filledInClause(let place, let subject):
      "\(place): '\(subject)' is filled from the budget and cannot stand in a clause."
    case .start(let place, let number, let reason):
      "\(place): start configuration \(number) is not possible: \(reason)."
    default: ""
    }
  }

  /// "Did you mean", or all choices below six, or the list of them below the sentence.
  private static func advice(_ name: String, _ known: [String]) -> String {
    if let near = known.nearest(to: name) { return " Did you mean '\(near)'?" }
    if known.isEmpty { return " There is none here." }
    if known.count < 6 { return " Expected \(known.asChoices)." }
    return " Expected one of:" + known.map { "\n  - \($0)" }.joined()
  }

  private static func reason(_ scope: MethodSchema.Scope) -> String {
    switch scope {
    case .layer: "belongs to single layers"
    case .model: "belongs to the whole model"
    case .optimizer: "changes the optimizer of the whole training"
    }
  }

  private static func remedy(_ scope: MethodSchema.Scope) -> String {
    scope == .layer ? " Put it in 'each-group' or 'group'." : " Put it in 'model'."
  }
}
