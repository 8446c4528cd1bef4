// swift-tools-version: 6.1
import PackageDescription

// The house, floor by floor (ARCHITECTURE.md): a target imports only targets of a lower layer.
// Each outside package has exactly one owner target.

let settings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

/// A library target of the house with its tests beside it in `Tests/`.
func library(
  _ name: String, _ dependencies: [Target.Dependency] = [], testing: [Target.Dependency] = [],
  resources: [Resource] = []
) -> [Target] {
  [
    .target(name: name, dependencies: dependencies, resources: resources, swiftSettings: settings),
    .testTarget(
      name: "\(name)Tests", dependencies: [.byName(name: name)] + dependencies + testing,
      swiftSettings: settings),
  ]
}

let layer0: [Target] =
  [
    .systemLibrary(
      name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
    .systemLibrary(name: "CNLopt", pkgConfig: "nlopt", providers: [.apt(["libnlopt-dev"])]),
    .target(name: "CVectorKernels"),
    .target(name: "CAllocationCount"),
  ] + library("StrictJSON")

let layer1: [Target] =
  library(
    "LinearAlgebra",
    ["COpenBLAS", "CNLopt", .product(name: "RealModule", package: "swift-numerics")])
  + library(
    "SearchSpaces",
    [.product(name: "Yams", package: "Yams")])
  + library("Tokenizers", ["StrictJSON"], testing: ["TestSupport"])

let layer2: [Target] =
  library("TensorCore", ["LinearAlgebra", "CVectorKernels"])
  + library("GaussianProcesses", ["LinearAlgebra"], testing: ["TestSupport"])
  + library("Statistics", ["LinearAlgebra"])

let layer3: [Target] =
  library("NeuralNets", ["TensorCore", "LinearAlgebra"])
  + library(
    "Checkpoints",
    ["StrictJSON", "TensorCore", .product(name: "SystemPackage", package: "swift-system")],
    testing: ["TestSupport"])
  + library(
    "SearchStrategies",
    [
      "SearchSpaces", "GaussianProcesses", "LinearAlgebra", "Statistics",
      .product(name: "Algorithms", package: "swift-algorithms"),
    ])

let layer4: [Target] =
  library(
    "Backbones", ["NeuralNets", "TensorCore", "Checkpoints", "LinearAlgebra"],
    testing: ["TestSupport"])
  + library(
    "PEFTMethods", ["NeuralNets", "TensorCore", "SearchSpaces", "LinearAlgebra"],
    testing: ["TestSupport", "Backbones", "Checkpoints"])
  + library(
    "RunStore", ["SearchSpaces", "Checkpoints", .product(name: "GRDB", package: "GRDB.swift")])

let layer5: [Target] =
  library(
    "Training",
    [
      "PEFTMethods", "Backbones", "NeuralNets", "TensorCore", "Checkpoints", "Tokenizers",
      "SearchSpaces", "LinearAlgebra", "StrictJSON", "CAllocationCount",
      .product(name: "Logging", package: "swift-log"),
    ],
    testing: ["TestSupport"], resources: [.copy("Embedded")])
  + library(
    "Exports",
    [
      "PEFTMethods", "Backbones", "NeuralNets", "TensorCore", "Checkpoints", "SearchSpaces",
      "LinearAlgebra", "StrictJSON",
    ], testing: ["TestSupport"])
  + library(
    "Executors",
    [
      .product(name: "Subprocess", package: "swift-subprocess"),
      .product(name: "SystemPackage", package: "swift-system"),
    ])

let upper: [Target] =
  library(
    "Studies",
    [
      "SearchSpaces", "SearchStrategies", "GaussianProcesses", "RunStore", "Training", "Executors",
      "LinearAlgebra", "Checkpoints", "Statistics",
    ])
  + library(
    "Reports",
    [
      "SearchSpaces", "SearchStrategies", "RunStore", "Studies", "Training", "LinearAlgebra",
      "Statistics", "StrictJSON",
      .product(name: "Mustache", package: "swift-mustache"),
      .product(name: "TextTable", package: "TextTable"),
    ])
  + [
    .executableTarget(
      name: "autopeft",
      dependencies: [
        "Reports", "Studies", "Executors", "Exports", "Training", "RunStore", "PEFTMethods",
        "Backbones", "SearchStrategies", "Checkpoints", "NeuralNets", "GaussianProcesses",
        "TensorCore", "Tokenizers", "SearchSpaces", "LinearAlgebra", "Statistics",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ], swiftSettings: settings),
    .target(
      name: "TestSupport", dependencies: ["Checkpoints", "TensorCore", "LinearAlgebra"],
      path: "Tests/TestSupport", swiftSettings: settings),
    .testTarget(
      name: "CommandTests",
      dependencies: [
        "autopeft", "Executors", "Exports", "RunStore", "SearchSpaces", "Studies", "Training",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ], swiftSettings: settings),
  ]

let package = Package(
  name: "autopeft",
  products: [.executable(name: "autopeft", targets: ["autopeft"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-algorithms", from: "1.2.1"),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-numerics", from: "1.1.1"),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.0.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/ordo-one/TextTable", from: "0.0.2"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
  ],
  targets: layer0 + layer1 + layer2 + layer3 + layer4 + layer5 + upper,
  swiftLanguageModes: [.v6]
)
