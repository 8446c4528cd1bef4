import Foundation
import TensorCore
import Testing

@Suite struct KLDivergenceTests {
  private static let targets = Leaf.normal("targets", Shape(4, 3), deviation: 2).values

  private static func distributions(_ logits: [Double]) -> [Double] {
    stride(from: 0, to: logits.count, by: 3).flatMap { start -> [Double] in
      let powers = logits[start..<start + 3].map { exp($0) }
      return powers.map { $0 / powers.reduce(0, +) }
    }
  }

  @Test func equalsReference() {
    let fixed = Self.distributions(Self.targets.map(Double.init))
    GradientCheck(
      leaves: [.normal("logits", Shape(4, 3), deviation: 2)],
      operation: { tape, t in
        tape.klDivergence(t[0], from: tape.constant(Self.targets, shape: Shape(4, 3)))
      },
      reference: { t in
        [zip(fixed, Self.distributions(t[0])).reduce(0) { $0 + $1.0 * log($1.0 / $1.1) } / 4]
      }
    ).run()
  }

  @Test func equalLogitsDoNotDiverge() {
    let tape = Tape(recording: false)
    let logits = tape.constant(Self.targets, shape: Shape(4, 3))
    #expect(tape.klDivergence(logits, from: logits).scalar == 0)
  }

  @Test func targetsGetNoGradient() {
    let parameter = Parameter(path: "q", shape: Shape(4, 3), values: Self.targets)
    parameter.makeTrainable()
    let tape = Tape(recording: true)
    let logits = tape.constant([Float](repeating: 0, count: 12), shape: Shape(4, 3))
    #expect(!tape.klDivergence(logits, from: tape.parameter(parameter)).requiresGradient)
  }

  @Test func largeLogitsStayFinite() {
    let tape = Tape(recording: false)
    let logits = tape.constant([1e4, -1e4], shape: Shape(1, 2))
    let targets = tape.constant([-1e4, 1e4], shape: Shape(1, 2))
    #expect(tape.klDivergence(logits, from: targets).scalar == 20_000)
  }
}
