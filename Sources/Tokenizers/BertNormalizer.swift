/// BERT's clean-up of a text before it is split into words.
///
/// In this order: controls are removed and white space becomes a space; Chinese characters are set
/// apart by spaces; accents are stripped (canonical decomposition without nonspacing marks);
/// letters become small.
///
/// Reference: huggingface/tokenizers tokenizers/src/normalizers/bert.rs.
struct BertNormalizer: Hashable, Sendable {
  let cleansText: Bool
  let separatesChineseCharacters: Bool
  let stripsAccents: Bool
  let lowercases: Bool

  /// - Parameter stripsAccents: nil means: where letters become small.
  init(
    cleansText: Bool = true, separatesChineseCharacters: Bool = true, stripsAccents: Bool? = nil,
    lowercases: Bool
  ) {
    self.cleansText = cleansText
    self.separatesChineseCharacters = separatesChineseCharacters
    self.stripsAccents = stripsAccents ?? lowercases
    self.lowercases = lowercases
  }

  func normalized(_ text: ArraySlice<Unicode.Scalar>) -> [Unicode.Scalar] {
    var result = cleaned(text)
    if stripsAccents, result.contains(where: { !$0.isASCII }) { result = stripped(result) }
    if lowercases { lowercase(&result) }
    return result
  }

  private func cleaned(_ text: ArraySlice<Unicode.Scalar>) -> [Unicode.Scalar] {
    var result: [Unicode.Scalar] = []
    result.reserveCapacity(text.count)
    for scalar in text {
      if cleansText {
        if UnicodeRules.isRemovedByCleaning(scalar) { continue }
        if UnicodeRules.isWhitespace(scalar) {
          result.append(" ")
          continue
        }
      }
      if separatesChineseCharacters, UnicodeRules.isChineseCharacter(scalar) {
        result.append(" ")
        result.append(scalar)
        result.append(" ")
      } else {
        result.append(scalar)
      }
    }
    return result
  }

  /// Canonical decomposition in canonical order, without nonspacing marks.
  private func stripped(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    var decomposed: [Unicode.Scalar] = []
    decomposed.reserveCapacity(text.count)
    for scalar in text { UnicodeRules.decompose(scalar, into: &decomposed) }

    var result: [Unicode.Scalar] = []
    result.reserveCapacity(decomposed.count)
    // Non-starters since the last starter; they are sorted by class, equal classes as they came.
    var marks: [(combiningClass: UInt8, scalar: Unicode.Scalar)] = []
    func flush() {
      if marks.count > 1 { marks.sort { $0.combiningClass < $1.combiningClass } }
      for mark in marks where !UnicodeRules.isNonspacingMark(mark.scalar) {
        result.append(mark.scalar)
      }
      marks.removeAll(keepingCapacity: true)
    }
    for scalar in decomposed {
      let combiningClass = UnicodeRules.combiningClass(scalar)
      if combiningClass != 0 {
        marks.append((combiningClass, scalar))
      } else {
        if !marks.isEmpty { flush() }
        if !UnicodeRules.isNonspacingMark(scalar) { result.append(scalar) }
      }
    }
    flush()
    return result
  }

  private func lowercase(_ text: inout [Unicode.Scalar]) {
    var result: [Unicode.Scalar] = []
    result.reserveCapacity(text.count)
    for scalar in text { UnicodeRules.lowercase(scalar, into: &result) }
    text = result
  }
}
