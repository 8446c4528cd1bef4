internal import LinearAlgebra

/// Draws invented stems whose inflected forms are all new words.
struct StemSource {
  private var random: CounterRandom
  private var taken: Set<String>

  /// A source of stems.
  ///
  /// - Parameters:
  ///   - random: the stream that the letters come from.
  ///   - taken: words that no form may equal.
  init(random: CounterRandom, taken: Set<String>) {
    self.random = random
    self.taken = taken
  }

  /// One stem with each of the endings; draws again until all forms are new.
  mutating func forms(_ endings: [String]) -> [String] {
    while true {
      let stem = draw()
      let forms = endings.map { stem + $0 }
      if forms.allSatisfy({ !taken.contains($0) }) {
        taken.formUnion(forms)
        return forms
      }
    }
  }

  private mutating func draw() -> String {
    let consonants = Array("bdfgklmnprstvz")
    let vowels = Array("aeiou")
    let finals = Array("dklmnprstz")
    var stem = ""
    for _ in 0..<2 {
      stem.append(consonants[random.integer(below: consonants.count)])
      stem.append(vowels[random.integer(below: vowels.count)])
    }
    stem.append(finals[random.integer(below: finals.count)])
    return stem
  }
}

extension EmbeddedLexicon {
  /// All words in the order of their token numbers.
  static func words(stems: inout StemSource, genders: [WordGender]) -> [String] {
    var words = specialWords
    for gender in genders {
      words += stems.forms(gender == .masculine ? ["o", "os"] : ["a", "as"])
    }
    for _ in 0..<nameCount { words += stems.forms(["i"]) }
    for _ in 0..<scaleCount {
      let positive = stems.forms(["ivo", "iva", "ior"])
      let negative = stems.forms(["ivo", "iva", "ior"])
      words += positive[0..<2] + negative[0..<2] + [positive[2], negative[2]]
    }
    for _ in 0..<plainAdjectiveCount { words += stems.forms(["uso", "usa"]) }
    for _ in 0..<verbCount { words += stems.forms(["e", "en"]) }
    for _ in 0..<verbCount { words += stems.forms(["e", "en", "ido"]) }
    for _ in 0..<adverbCount { words += stems.forms(["ly"]) }
    for _ in 0..<prepositionCount { words += stems.forms([""]) }
    return words + functionWords
  }
}
