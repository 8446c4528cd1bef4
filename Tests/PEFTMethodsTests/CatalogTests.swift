import Foundation
import LinearAlgebra
import PEFTMethods
import SearchSpaces
import TestSupport
import Testing

/// The catalogue as a whole: what is there, and that its schemas are complete.
@Suite struct CatalogTests {
  @Test func everyFileOfTheCatalogueIsRegistered() throws {
    let folder = Fixtures.packageRoot.appending(path: "Sources/PEFTMethods/Catalog")
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      .filter { $0.hasSuffix(".swift") && $0 != "Registry.swift" }
      .map { String($0.dropLast(".swift".count)) }
    let registered = MethodRegistry.all.map { "\($0)" }
    #expect(Set(files) == Set(registered))
    #expect(registered.count == Set(registered).count)
  }

  @Test func namesAreUnique() {
    let names = MethodRegistry.schemas.map(\.name)
    #expect(Set(names).count == names.count)
  }

  @Test(arguments: MethodRegistry.schemas.map(\.name))
  func schemaIsComplete(_ name: String) throws {
    let schema = try #require(MethodRegistry.schemas.first { $0.name == name })
    #expect(!schema.summary.isEmpty && !schema.references.isEmpty && !schema.countFormula.isEmpty)
    #expect(schema.parameters.contains { $0.name == "learning-rate" })
    #expect(schema.parameters.allSatisfy { !$0.documentation.isEmpty })
    if let size = schema.sizeParameter {
      #expect(schema.parameters.contains { $0.name == size })
    }
    // The defaults are a legal instance, said or left out.
    let defaults = Dictionary(
      uniqueKeysWithValues: schema.parameters.map { ($0.name, $0.defaultValue) })
    let said = try MethodRegistry.method(MethodInstance(name, defaults))
    let silent = try MethodRegistry.method(MethodInstance(name, [:]))
    #expect(said.deployed == silent.deployed)
    #expect(said.learningRate == nil)
    // The deployed form is its own deployed form.
    #expect(try MethodRegistry.method(said.deployed).deployed == said.deployed)
  }

  @Test func learningRateOfAnInstanceIsRead() throws {
    for schema in MethodRegistry.schemas {
      let instance = MethodInstance(schema.name, ["learning-rate": .number(0.02)])
      #expect(try MethodRegistry.method(instance).learningRate == 0.02)
    }
  }
}
