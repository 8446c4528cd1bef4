import Checkpoints
import Exports
import Foundation
import PEFTMethods
import SearchSpaces
import TestSupport
import Testing

/// What `autopeft methods` says of refusals and formats.
@Suite struct MethodOfferTests {
  private static func offer(_ name: String) throws -> MethodOffer {
    let schema = try #require(MethodRegistry.schemas.first { $0.name == name })
    return try MethodOffer(
      of: schema, on: try BackboneDirectory(path: Fixtures.url("bert/tiny").path))
  }

  @Test(arguments: [
    ("lora", ["config", "hf-peft", "hf-peft-portable", "merged", "adapterhub"]),
    ("prefix", ["config", "adapterhub"]), ("spt-adapter", ["config"]),
    ("adalora", ["config", "hf-peft", "hf-peft-portable", "merged"]),
    ("embeddings", ["config", "merged"]),
  ])
  func formatsAreThoseThatRefuseNothing(name: String, formats: [String]) throws {
    let offer = try Self.offer(name)
    #expect(offer.exports == formats)
    #expect(offer.refusal == nil)
  }

  @Test(arguments: ["coda", "adapterdrop"])
  func refusedMethodsHaveTheReason(name: String) throws {
    // The tiny backbone has two layers, fewer than AdapterDrop drops by default.
    let offer = try Self.offer(name)
    #expect(offer.exports.isEmpty)
    #expect(offer.refusal != nil)
  }
}
