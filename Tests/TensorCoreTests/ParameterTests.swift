import TensorCore
import Testing

@Suite struct ParameterTests {
  /// Stands for a mapped file: memory that must not change.
  private final class ForeignMemory {
    let values: UnsafeMutableBufferPointer<Float>
    let onRelease: () -> Void

    init(_ list: [Float], onRelease: @escaping () -> Void = {}) {
      values = .allocate(capacity: list.count)
      _ = values.initialize(from: list)
      self.onRelease = onRelease
    }

    deinit {
      values.deallocate()
      onRelease()
    }
  }

  private func mapped(_ memory: ForeignMemory) throws -> Parameter {
    let base = try #require(memory.values.baseAddress)
    return Parameter(
      path: "w", shape: Shape(memory.values.count), frozen: base, owner: memory)
  }

  @Test func isFrozenWithoutGradientWhenMade() {
    let parameter = Parameter(path: "w", shape: Shape(2), values: [1, 2])
    #expect(!parameter.isTrainable)
    #expect(parameter.gradient.isEmpty)
    #expect(parameter.array == [1, 2])
  }

  @Test func mappedValuesAreSharedUntilTrained() throws {
    let memory = ForeignMemory([1, 2, 3])
    let parameter = try mapped(memory)
    #expect(parameter.values.baseAddress == memory.values.baseAddress)
    parameter.makeTrainable()
    #expect(parameter.values.baseAddress != memory.values.baseAddress)
    parameter.values[0] = 9
    #expect(Array(memory.values) == [1, 2, 3])
    #expect(parameter.array == [9, 2, 3])
    #expect(parameter.gradientArray == [0, 0, 0])
  }

  @Test func assigningToMappedValuesLeavesTheFileAlone() throws {
    let memory = ForeignMemory([1, 2, 3])
    let parameter = try mapped(memory)
    parameter.assign([4, 5, 6])
    #expect(parameter.array == [4, 5, 6])
    #expect(Array(memory.values) == [1, 2, 3])
    #expect(!parameter.isTrainable)
  }

  @Test func keepsForeignMemoryAliveOnlyWhileItUsesIt() throws {
    var isReleased = false
    let parameter = try mapped(ForeignMemory([1]) { isReleased = true })
    #expect(!isReleased)
    #expect(parameter.array == [1])
    parameter.makeTrainable()
    #expect(isReleased)
    #expect(parameter.array == [1])
  }

  @Test func freezingTakesTheGradientAndKeepsValues() {
    let parameter = Parameter(path: "w", shape: Shape(2), values: [1, 2])
    parameter.makeTrainable()
    parameter.values[1] = 5
    parameter.freeze()
    #expect(parameter.gradient.isEmpty)
    #expect(parameter.array == [1, 5])
  }

  @Test func makingTrainableTwiceKeepsTheGradient() {
    let parameter = Parameter(path: "w", shape: Shape(1), values: [1])
    parameter.makeTrainable()
    parameter.gradient[0] = 3
    parameter.makeTrainable()
    #expect(parameter.gradientArray[0] == 3)
    parameter.zeroGradient()
    #expect(parameter.gradientArray[0] == 0)
  }
}

/// What stages do with frozen parameters.
@Suite struct WatchedParameterTests {
  @Test func aWatchedParameterGetsAGradientAndStaysFrozen() {
    let parameter = Parameter(path: "w", shape: Shape(1, 2), values: [3, 4])
    let before = parameter.values.baseAddress
    parameter.watchGradient()
    #expect(parameter.hasGradient && !parameter.isTrainable)
    #expect(parameter.values.baseAddress == before)
    let tape = Tape(recording: true)
    tape.backward(from: tape.meanAbsolute(tape.parameter(parameter)))
    #expect(parameter.gradientArray == [0.5, 0.5])
    parameter.freeze()
    #expect(!parameter.hasGradient && parameter.gradientArray.isEmpty)
  }

  @Test func valuesSetAsideComeBackInTheirOwnMemory() {
    let parameter = Parameter(path: "w", shape: Shape(2), values: [3, 4])
    let before = parameter.values.baseAddress
    let kept = parameter.setAside()
    #expect(parameter.array == [3, 4])
    let revision = parameter.revision
    parameter.assign([5, 6])
    #expect(parameter.revision > revision)
    #expect(Array(kept.values) == [3, 4])
    parameter.putBack(kept)
    #expect(parameter.array == [3, 4] && parameter.values.baseAddress == before)
  }
}
