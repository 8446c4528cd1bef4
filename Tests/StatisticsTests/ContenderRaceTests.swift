import LinearAlgebra
import Statistics
import Testing

struct ContenderRaceTests {
  private func scores(_ means: [Double], blocks: Int, seed: Int) -> [[Double]] {
    var random = CounterRandom(RandomKey(seed: 11).derived(seed))
    let shared = (0..<blocks).map { _ in 0.05 * random.normal() }
    return means.map { mean in shared.map { mean + $0 + 0.01 * random.normal() } }
  }

  /// Runs a race to its end: the survivors, and how many trainings it took.
  private func race(_ means: [Double], blocks: Int, seed: Int) -> (arms: [Int], trainings: Int) {
    let all = scores(means, blocks: blocks, seed: seed)
    let race = ContenderRace(arms: means.count, blocks: blocks)
    var (arms, trainings) = (Array(means.indices), 0)
    for block in 1...blocks {
      trainings += arms.count
      arms = race.survivors(arms.map { Array(all[$0].prefix(block)) }).map { arms[$0] }
    }
    return (arms, trainings)
  }

  /// t of the differences 0.1, 0.2, 0.3 is 2√3; one-sided p with 2 degrees is 0.03709 by SciPy.
  @Test func thePairedTestDecides() {
    let scores = [[0.6, 0.8, 1.0], [0.5, 0.6, 0.7]]
    #expect(ContenderRace(arms: 2, blocks: 3, level: 0.0372).survivors(scores) == [0])
    #expect(ContenderRace(arms: 2, blocks: 3, level: 0.0370).survivors(scores) == [0, 1])
    // Three arms and five blocks: two rivals at three looks.
    #expect(ContenderRace(arms: 3, blocks: 5, level: 6 * 0.0372).survivors(scores) == [0])
    #expect(ContenderRace(arms: 3, blocks: 5, level: 6 * 0.0370).survivors(scores) == [0, 1])
  }

  @Test func fewBlocksAndEqualArmsDecideNothing() {
    let race = ContenderRace(arms: 2, blocks: 9)
    #expect(race.survivors([[0.9, 0.9], [0.1, 0.1]]) == [0, 1])
    #expect(race.survivors([[0.5, 0.6, 0.7], [0.5, 0.6, 0.7]]) == [0, 1])
    #expect(race.survivors([[0.5, 0.6, 0.7], [0.6, 0.7, 0.8]]) == [1])
    #expect(race.survivors([]) == [])
  }

  /// In 400 races the best arm is lost in at most 5 % (95 % band: 28), also where all are equal and
  /// each is the best; clear losers save trainings.
  @Test func theBestIsSeldomLostAndTrainingsAreSaved() {
    let clear = [0.80, 0.79, 0.75, 0.74, 0.72, 0.70]
    let races = (0..<400).map { race(clear, blocks: 10, seed: $0) }
    #expect(races.count { !$0.arms.contains(0) } <= 28)
    let trainings = races.reduce(0) { $0 + $1.trainings }
    #expect(trainings < 400 * 60 * 7 / 10)
    let close = (0..<400).map { race([0.80, 0.80, 0.80, 0.80], blocks: 10, seed: 1_000 + $0) }
    #expect(close.count { !$0.arms.contains(0) } <= 28)
  }
}
