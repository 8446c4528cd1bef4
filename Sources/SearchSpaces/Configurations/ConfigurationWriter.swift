extension PEFTConfiguration {
  /// The configuration as a file that reads back as its canonical form.
  ///
  /// Keys stand in a fixed order; every value is written, defaults too, so that a later change of a
  /// default does not change what the file means.
  public var yaml: String {
    let canonical = canonical
    var text = "version: 1\ngroups:\n"
    for group in canonical.groups {
      text += "  - layers: \(group.layers)\n"
      text += Self.methods(group.methods, indent: "    ")
    }
    if !canonical.model.isEmpty {
      text += "model:\n"
      for method in canonical.model { text += "  \(method.flowText)\n" }
    }
    text += "training:\n"
    for key in TrainingKey.allCases {
      text += "  \(key.rawValue): \(key.value(in: training).yamlText)\n"
    }
    return text
  }

  private static func methods(_ methods: [MethodInstance], indent: String) -> String {
    if methods.isEmpty { return "\(indent)methods: {}\n" }
    return "\(indent)methods:\n" + methods.map { "\(indent)  \($0.flowText)\n" }.joined()
  }
}

extension MethodInstance {
  /// `lora: {alpha-ratio: 1, rank: 8, …}` with keys in alphabetical order.
  fileprivate var flowText: String {
    let pairs = parameters.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value.yamlText)" }
    return "\(name): {\(pairs.joined(separator: ", "))}"
  }
}

extension ParameterValue {
  /// The value as YAML that reads back as the same value.
  var yamlText: String {
    switch self {
    case .text(let text): Self.quoted(text)
    case .list(let names): "[" + names.map(Self.quoted).joined(separator: ", ") + "]"
    case .integer, .number, .flag: description
    }
  }

  /// A plain word stays plain; anything else stands in double quotes.
  private static func quoted(_ text: String) -> String {
    let isWord =
      text.first.map { $0.isASCII && $0.isLetter } ?? false
      && text.utf8.allSatisfy { byte in
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
          || (0x61...0x7A).contains(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
      }
    let reserved = ["true", "false", "yes", "no", "on", "off", "null", "nan", "inf", "infinity"]
    if isWord && !reserved.contains(text.lowercased()) { return text }
    let escaped = text.unicodeScalars.map { scalar -> String in
      switch scalar {
      case "\"": "\\\""
      case "\\": "\\\\"
      case "\n": "\\n"
      case "\t": "\\t"
      case _ where scalar.value < 0x20 || scalar.value == 0x7F:
        "\\x" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
      default: String(scalar)
      }
    }
    return "\"" + escaped.joined() + "\""
  }
}
