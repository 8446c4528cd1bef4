import LinearAlgebra
import TensorCore
import Testing

@Suite struct TapeTests {
  private func trained(_ values: [Float], _ shape: Shape) -> Parameter {
    let parameter = Parameter(path: "w", shape: shape, values: values)
    parameter.makeTrainable()
    return parameter
  }

  @Test func evaluationRequiresNoGradients() {
    let tape = Tape(recording: false)
    #expect(!tape.parameter(trained([1], Shape(1))).requiresGradient)
  }

  @Test func gradientsAddUpOverBackwardPasses() {
    let parameter = trained([2], Shape(1))
    let tape = Tape(recording: true)
    for _ in 0..<3 {
      let x = tape.parameter(parameter)
      tape.backward(from: tape.multiply(x, x), seed: 0.5)
      tape.reset()
    }
    #expect(parameter.gradientArray[0] == 3 * 0.5 * 4)
  }

  @Test func unusedBranchesGetNoGradient() {
    let (used, unused) = (trained([2], Shape(1)), trained([3], Shape(1)))
    let tape = Tape(recording: true)
    _ = tape.scaled(tape.parameter(unused), by: 2)
    tape.backward(from: tape.scaled(tape.parameter(used), by: 5))
    #expect(used.gradientArray[0] == 5)
    #expect(unused.gradientArray[0] == 0)
  }

  @Test func lossWithoutTrainedParentsIsAccepted() {
    let tape = Tape(recording: true)
    tape.backward(from: tape.constant([1], shape: Shape()))
  }

  @Test func steadyStateReservesNoMemory() {
    let parameter = trained([Float](repeating: 0.1, count: 64 * 64), Shape(64, 64))
    let tape = Tape(recording: true)
    var reserved: Set<Int> = []
    for _ in 0..<5 {
      var x = tape.constant([Float](repeating: 1, count: 4096), shape: Shape(64, 64))
      for _ in 0..<600 { x = tape.linear(x, weight: tape.parameter(parameter)) }
      tape.backward(from: tape.meanSquaredError(x, targets: [Float](repeating: 0, count: 4096)))
      tape.reset()
      reserved.insert(tape.reservedBytes)
    }
    #expect(reserved.count == 1)
  }

  /// 600 layers recorded keep 600 results; backward needs a few gradients and not 600.
  @Test func gradientMemoryIsUsedAgain() {
    let weight = trained([Float](repeating: 0.01, count: 64 * 64), Shape(64, 64))
    func reserved(backward: Bool) -> Int {
      let tape = Tape(recording: true)
      var x = tape.constant([Float](repeating: 1, count: 64 * 1024), shape: Shape(1024, 64))
      for _ in 0..<600 { x = tape.linear(x, weight: tape.parameter(weight)) }
      let loss = tape.meanSquaredError(x, targets: [Float](repeating: 0, count: 64 * 1024))
      if backward { tape.backward(from: loss) }
      return tape.reservedBytes
    }
    #expect(reserved(backward: true) <= reserved(backward: false) + 32 << 20)
  }

  @Test func temporariesOfAnEvaluationAreTakenBack() {
    let tape = Tape(recording: false)
    let count = 1 << 18
    var x = tape.constant([Float](repeating: 1, count: count), shape: Shape(count))
    for _ in 0..<200 {
      x = tape.withTemporaries(consuming: x) {
        tape.scaled(tape.scaled(tape.scaled(x, by: 2), by: 2), by: 0.25)
      }
    }
    #expect(x.array == [Float](repeating: 1, count: count))
    #expect(tape.reservedBytes <= 16 << 20)
  }

  @Test func temporariesOfAFrozenPartAreTakenBackWhileRecording() {
    let tape = Tape(recording: true)
    let parameter = trained([3], Shape(1))
    let count = 1 << 18
    var x = tape.constant([Float](repeating: 1, count: count), shape: Shape(count / 2, 2))
    for _ in 0..<200 {
      x = tape.withTemporaries { tape.scaled(tape.scaled(x, by: 2), by: 0.5) }
    }
    #expect(tape.reservedBytes <= 240 << 20)
    let sum = tape.withTemporaries { tape.sumRows(x) }
    let y = tape.withTemporaries {
      let first = tape.reshape(tape.sliceColumns(sum, 0..<1), Shape(1))
      return tape.multiply(first, tape.parameter(parameter))
    }
    tape.backward(from: y)
    #expect(parameter.gradientArray[0] == Float(count / 2))
  }

  @Test func resultOfTemporariesMayBeAnOuterTensor() {
    let tape = Tape(recording: false)
    let x = tape.constant([1, 2, 3], shape: Shape(3))
    let y = tape.withTemporaries {
      _ = tape.scaled(x, by: 4)
      return x
    }
    let z = tape.withTemporaries(consuming: y) { y }
    #expect(z.array == [1, 2, 3])
    #expect(x.array == [1, 2, 3])
  }

  @Test func constantsMayBorrowMemory() {
    let values: [Float] = [1, 2, 3, 4]
    values.withUnsafeBufferPointer { buffer in
      let tape = Tape(recording: false)
      let x = tape.constant(borrowing: buffer, shape: Shape(2, 2))
      #expect(x.values.baseAddress.map { UnsafePointer($0) } == buffer.baseAddress)
      #expect(tape.scaled(x, by: 2).array == [2, 4, 6, 8])
    }
  }

  @Test func sameStepTwiceIsBitEqual() {
    BLAS.setThreadCount(1)
    func gradient() -> [Float] {
      let weight = trained(Leaf.normal("w", Shape(37, 19)).values, Shape(37, 19))
      let tape = Tape(recording: true)
      let leaf = Leaf.normal("x", Shape(23, 19))
      let y = tape.linear(
        tape.constant(leaf.values, shape: leaf.shape), weight: tape.parameter(weight))
      let z = tape.dropout(tape.gelu(y), rate: 0.2, key: RandomKey(seed: 1))
      tape.backward(from: tape.crossEntropy(z, labels: (0..<23).map { Int32($0 % 37) }))
      return weight.gradientArray
    }
    #expect(gradient() == gradient())
  }
}
