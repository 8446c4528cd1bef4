import Foundation
import GaussianProcesses
import LinearAlgebra
import TestSupport
import Testing

/// The laws of `Kernel`, over every registered member, and of their product on mixed inputs.
struct KernelLawTests {
  @Test(arguments: KernelRegistry.members.indices)
  func correlationIsOneAtZeroDecreasesAndStaysFinite(index: Int) {
    let kernel = KernelRegistry.members[index]
    let distances = [0, 1e-300, 1e-12, 1e-3, 0.1, 1, 10, 1e3, 1e6, 1e300]
    let (values, slopes) = kernel.correlation(distances)
    #expect(values[0] == 1)
    for (value, slope) in zip(values, slopes) {
      #expect(value.isFinite && slope.isFinite && value >= 0 && value <= 1 && slope <= 0)
    }
    for (nearer, farther) in zip(values, values.dropFirst()) { #expect(nearer >= farther) }
    #expect(!kernel.reference.isEmpty)
  }

  @Test(arguments: KernelRegistry.members.indices)
  func slopeEqualsCentralDifferences(index: Int) {
    let kernel = KernelRegistry.members[index]
    for s in [0.01, 0.3, 1, 4, 20] {
      let step = 1e-5 * s
      let near = kernel.correlation([s - step, s + step, s])
      let difference = (near.values[1] - near.values[0]) / (2 * step)
      #expect(abs(difference / near.slopes[2] - 1) < 1e-7)
    }
  }

  /// Smallest eigenvalue at least −10⁻¹² of the largest, shown by a Cholesky factorisation of the
  /// matrix with that much added.
  @Test(arguments: 0..<60)
  func mixedConditionalCovariancesAreSymmetricAndPositiveSemiDefinite(seed: Int) throws {
    let dimensions = 1 + seed % 9
    let inputs = try TestInputs.mixed(count: 40, dimensions: dimensions, seed: UInt64(seed))
    let kernel = ProductKernel(
      TestInputs.hyperparameters(dimensions: dimensions, seed: UInt64(seed)))
    var matrix = kernel.covariance(inputs, inputs)
    #expect(matrix == matrix.transposed)
    for i in 0..<40 {
      #expect(matrix[i, i] == kernel.hyperparameters.signalVariance)
      matrix[i, i] += 40 * 1e-12
    }
    #expect(try Cholesky(matrix).jitter <= 1e-10 * kernel.hyperparameters.signalVariance)
  }

  /// Why inactive inputs need the embedding: dropping the distance whenever one side is inactive is
  /// not positive semi-definite.
  @Test func droppingTheDistanceWouldNotBeAKernel() {
    let k = Matern52.correlation([1.0]).values[0]
    let naive = Matrix(rows: 3, columns: 3, values: [1, k, 1, k, 1, 1, 1, 1, 1])
    #expect(throws: CholeskyError.self) { try Cholesky(naive) }
  }

  @Test func inactiveInputsCarryNoDistance() throws {
    let kinds: [InputKind] = [.ordered, .unordered, .ordered]
    var inputs = EncodedInputs(kinds: kinds)
    try inputs.append([0.2, 1, 0.4], isActive: [false, false, true])
    try inputs.append([0.9, 2, 0.4], isActive: [false, false, true])
    try inputs.append([0.9, .nan, 0.4], isActive: [true, false, true])
    let kernel = ProductKernel(
      Hyperparameters(
        lengthScales: [0.5, 0.5, 0.5], signalVariance: 1, noiseVariance: 0.01, mean: 0))
    let matrix = kernel.covariance(inputs, inputs)
    #expect(matrix[0, 1] == 1)
    #expect(matrix[0, 2] < 1 && matrix[0, 2] == matrix[1, 2])
  }

  /// Presence against absence is as far as the ends of the range from each other, and hardly less
  /// in its middle.
  @Test func absenceIsTheThirdCornerOfATriangle() throws {
    let kernel = ProductKernel(
      Hyperparameters(lengthScales: [1], signalVariance: 1, noiseVariance: 0.01, mean: 0))
    var inputs = EncodedInputs(kinds: [.ordered])
    try inputs.append([0], isActive: [true])
    try inputs.append([1], isActive: [true])
    try inputs.append([0.5], isActive: [true])
    try inputs.append([0.5], isActive: [false])
    let matrix = kernel.covariance(inputs, inputs)
    #expect(abs(matrix[0, 1] - matrix[0, 3]) < 1e-15 && abs(matrix[1, 3] - matrix[0, 3]) < 1e-15)
    #expect(abs(matrix[2, 3] - Matern52.correlation([0.75]).values[0]) < 1e-15)
  }

  @Test func everyFileOfTheCataloguesIsRegistered() throws {
    let source = Fixtures.packageRoot.appending(path: "Sources/GaussianProcesses")
    let members = [
      "Kernels/Catalog": KernelRegistry.members.map { "\($0)" },
      "Acquisition/Catalog": AcquisitionRegistry.members.map { "\($0)" },
    ]
    for (folder, names) in members {
      let files = try FileManager.default.contentsOfDirectory(
        atPath: source.appending(path: folder).path)
      let types = files.map { String($0.dropLast(".swift".count)) }
        .filter { !$0.hasSuffix("Registry") }
      #expect(types.sorted() == names.sorted())
    }
  }
}
