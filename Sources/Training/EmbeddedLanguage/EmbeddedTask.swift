internal import LinearAlgebra

/// The generated tasks of the embedded language, made to tell methods and placements apart.
///
/// Example n of a split is a pure function of (task, seed, split, n): a smaller training set is
/// the beginning of a larger one, and the test set does not depend on the sizes of the others.
/// Splits are disjoint by construction: a hash of the text decides which split it may enter.
public enum EmbeddedTask: String, CaseIterable, Sendable, Codable {
  /// Agreement deep in nested modifiers: is every form of the sentence right? 2 classes.
  case agr2
  /// Inference between two sentences without their connector: voice, quantifiers and antonyms
  /// (weights 3 : 4 : 2). 3 classes.
  case nli2
  /// The sign of the valence of a document's verbs and adverbs less that of its adjectives.
  /// 2 classes.
  case lex
  /// A weighted count of the nouns of each class, plurals weighing more. Regression.
  case val

  /// Names of the classes in the order of their label numbers; nil for regression.
  public var labels: [String]? {
    switch self {
    case .agr2: ["wrong", "right"]
    case .nli2: ["entailment", "contradiction", "neutral"]
    case .lex: ["negative", "positive"]
    case .val: nil
    }
  }

  /// Whether every example has a second text.
  public var isPair: Bool { self == .nli2 }

  /// One sentence for `task check` and help pages.
  public var summary: String {
    switch self {
    case .agr2: "agreement inside nested modifiers: is every form right?"
    case .nli2: "inference between two sentences (voice, quantifiers, antonyms)"
    case .lex: "the valence of verbs and adverbs against that of adjectives"
    case .val: "a weighted count of nouns by class and number"
    }
  }
}

/// What a model should answer for one example.
public enum EmbeddedLabel: Hashable, Sendable {
  /// The number of a class, an index into `EmbeddedTask.labels`.
  case category(Int)
  case score(Double)
}

/// One example: one or two texts whose words are separated by spaces, and the answer.
public struct EmbeddedExample: Hashable, Sendable {
  public let text: String
  /// The second text; some documents of `lex` and `val` have one, all examples of `nli2` do.
  public let pair: String?
  public let label: EmbeddedLabel
}

/// The examples of a generated task.
public struct EmbeddedSplits: Sendable {
  public let training: [EmbeddedExample]
  public let validation: [EmbeddedExample]
  public let test: [EmbeddedExample]
}

/// How many examples each split of a generated task gets.
public struct EmbeddedSizes: Hashable, Sendable, Codable {
  public var training: Int
  public var validation: Int
  public var test: Int

  /// Sizes of a task; 1,000 and 2,000 held-out examples resolve differences of 4 and 3 points.
  public init(training: Int = 1000, validation: Int = 1000, test: Int = 2000) {
    self.training = training
    self.validation = validation
    self.test = test
  }
}

extension EmbeddedTask {
  /// Generates the examples of the task.
  ///
  /// - Parameters:
  ///   - sizes: examples of each split.
  ///   - seed: selects the examples; the language stays the same.
  ///   - lexicon: the words.
  public func splits(
    _ sizes: EmbeddedSizes = EmbeddedSizes(), seed: UInt64 = 0,
    lexicon: EmbeddedLexicon = .standard
  ) -> EmbeddedSplits {
    EmbeddedSplits(
      training: examples(.training, count: sizes.training, seed: seed, lexicon: lexicon),
      validation: examples(.validation, count: sizes.validation, seed: seed, lexicon: lexicon),
      test: examples(.test, count: sizes.test, seed: seed, lexicon: lexicon))
  }

  /// One of the three disjoint parts of a task's examples.
  public enum Split: String, Sendable, CaseIterable {
    case training
    case validation
    case test

    /// The split that a text belongs to: half of all texts train, a quarter each is held out.
    static func owner(of text: String) -> Split {
      switch RandomKey(seed: 0).derived("embedded-split").derived(text).bits & 3 {
      case 0: .validation
      case 1: .test
      default: .training
      }
    }
  }

  /// Generates the first `count` examples of one split, all different.
  public func examples(
    _ split: Split, count: Int, seed: UInt64, lexicon: EmbeddedLexicon = .standard
  ) -> [EmbeddedExample] {
    let key = RandomKey(seed: seed).derived("embedded-task").derived(rawValue)
      .derived(split.rawValue)
    var examples: [EmbeddedExample] = []
    examples.reserveCapacity(count)
    var seen: Set<String> = []
    var attempt = 0
    while examples.count < count {
      var writer = SentenceWriter(lexicon: lexicon, random: CounterRandom(key.derived(attempt)))
      attempt += 1
      guard let draft = draft(number: examples.count, &writer) else { continue }
      let text = lexicon.text(draft.first)
      let pair = draft.second.map { lexicon.text($0) }
      let whole = pair.map { "\(text)\t\($0)" } ?? text
      guard Split.owner(of: whole) == split, seen.insert(whole).inserted else { continue }
      examples.append(EmbeddedExample(text: text, pair: pair, label: draft.label))
    }
    return examples
  }
}
