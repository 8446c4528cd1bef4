import Foundation
import Testing

@testable import LinearAlgebra

@Suite struct CounterRandomTests {
  struct KnownAnswer: Sendable {
    let counter: SIMD4<UInt32>
    let key: SIMD2<UInt32>
    let words: SIMD4<UInt32>
  }

  /// The three rows `philox4x32 10` of `kat_vectors` in DEShawResearch/random123.
  static let knownAnswers = [
    KnownAnswer(
      counter: SIMD4(repeating: 0), key: SIMD2(repeating: 0),
      words: SIMD4(0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8)),
    KnownAnswer(
      counter: SIMD4(repeating: 0xffff_ffff), key: SIMD2(repeating: 0xffff_ffff),
      words: SIMD4(0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd)),
    KnownAnswer(
      counter: SIMD4(0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344),
      key: SIMD2(0xa409_3822, 0x299f_31d0),
      words: SIMD4(0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1)),
  ]

  @Test(arguments: knownAnswers)
  func philoxEqualsKnownAnswers(_ answer: KnownAnswer) {
    #expect(CounterRandom.philox(answer.counter, key: answer.key) == answer.words)
  }

  private let key = RandomKey(seed: 11).derived("test")

  @Test func numbersAreTheWordsOfTheBlocksInOrder() {
    var random = CounterRandom(key)
    for block in 0..<3 {
      let words = CounterRandom.block(UInt64(block), key: key)
      #expect(random.next() == UInt64(words[0]) | UInt64(words[1]) << 32)
      #expect(random.next() == UInt64(words[2]) | UInt64(words[3]) << 32)
    }
  }

  @Test(arguments: [0, 1, 2, 5, 1000])
  func aSourceMayStartAnywhere(position: Int) {
    var whole = CounterRandom(key)
    for _ in 0..<position { _ = whole.next() }
    var part = CounterRandom(key, position: UInt64(position))
    for _ in 0..<4 { #expect(part.next() == whole.next()) }
  }

  @Test func uniformNumbersHaveTheRightMoments() {
    var random = CounterRandom(key)
    let count = 100_000
    let numbers = (0..<count).map { _ in random.uniform() }
    #expect(numbers.allSatisfy { $0 >= 0 && $0 < 1 })
    let mean = numbers.reduce(0, +) / Double(count)
    let square = numbers.reduce(0) { $0 + $1 * $1 } / Double(count)
    #expect(abs(mean - 0.5) < 4 * (1.0 / 12 / Double(count)).squareRoot())
    #expect(abs(square - 1.0 / 3) < 4 * (4.0 / 45 / Double(count)).squareRoot())
  }

  @Test func normalNumbersHaveTheRightMoments() {
    var random = CounterRandom(key)
    let count = 100_000
    let numbers = (0..<count).map { _ in random.normal() }
    let error = 4 / Double(count).squareRoot()
    #expect(abs(numbers.reduce(0, +) / Double(count)) < error)
    #expect(abs(numbers.reduce(0) { $0 + $1 * $1 } / Double(count) - 1) < error * 2.0.squareRoot())
    let fourth = numbers.reduce(0) { $0 + $1 * $1 * $1 * $1 } / Double(count)
    #expect(abs(fourth - 3) < error * 96.0.squareRoot())
  }

  @Test func integersAreUniformBelowTheBound() {
    var random = CounterRandom(key)
    var counts = [Int](repeating: 0, count: 7)
    for _ in 0..<70_000 { counts[random.integer(below: 7)] += 1 }
    let chiSquare = counts.reduce(0.0) { $0 + pow(Double($1) - 10_000, 2) / 10_000 }
    #expect(chiSquare < 22.5, "the 99.9 % point of 6 degrees of freedom, got \(chiSquare)")
    #expect(random.integer(below: 1) == 0)
  }

  @Test func shuffleIsAPermutationAndEveryOrderOccurs() {
    var random = CounterRandom(key)
    var orders: [[Int]: Int] = [:]
    for _ in 0..<6_000 { orders[random.shuffled([0, 1, 2]), default: 0] += 1 }
    #expect(orders.count == 6)
    #expect(orders.values.allSatisfy { abs($0 - 1_000) < 120 })
    #expect(random.shuffled(Array(0..<50)).sorted() == Array(0..<50))
  }
}
