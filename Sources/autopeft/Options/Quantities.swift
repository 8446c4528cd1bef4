import ArgumentParser

/// A span of time on the command line, such as `2h30m`, `90s` or `15m`.
struct TimeSpan: ExpressibleByArgument, Equatable {
  let seconds: Double

  /// Reads one or more numbers, each with its unit d, h, m or s, largest unit first; a bare number
  /// means seconds.
  init?(argument: String) {
    if let plain = Double(argument), plain > 0, plain.isFinite {
      seconds = plain
      return
    }
    var total = 0.0
    var digits = ""
    var last = Double.infinity
    for character in argument {
      if character.isNumber || character == "." {
        digits.append(character)
        continue
      }
      let units: [Character: Double] = ["d": 86_400, "h": 3_600, "m": 60, "s": 1]
      guard let unit = units[character], unit < last, let value = Double(digits) else {
        return nil
      }
      total += value * unit
      last = unit
      digits = ""
    }
    guard digits.isEmpty, total > 0 else { return nil }
    seconds = total
  }
}

/// An amount of memory on the command line, such as `2GiB`, `900M` or a number of bytes.
struct ByteCount: ExpressibleByArgument, Equatable {
  let bytes: Int

  init?(argument: String) {
    let units: [(suffix: String, factor: Double)] = [
      ("KiB", 1_024), ("MiB", 1_048_576), ("GiB", 1_073_741_824),
      ("K", 1_000), ("M", 1_000_000), ("G", 1_000_000_000), ("", 1),
    ]
    for unit in units where argument.hasSuffix(unit.suffix) {
      guard let value = Double(argument.dropLast(unit.suffix.count)), value > 0,
        value * unit.factor < 1e18
      else { continue }
      bytes = Int(value * unit.factor)
      return
    }
    return nil
  }
}
