import Checkpoints
import Foundation
import TestSupport
import Testing

@Suite struct SHA256Tests {
  /// FIPS 180-4 examples and the NIST short-message vectors (SHA256ShortMsg.rsp).
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    (
      "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlm"
        + "nopqrsmnopqrstnopqrstu",
      "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
    ),
  ])
  func publishedDigests(text: String, digest: String) {
    #expect(SHA256.hexadecimal(of: text) == digest)
  }

  @Test func aMillionLetters() {
    let text = String(repeating: "a", count: 1_000_000)
    #expect(
      SHA256.hexadecimal(of: text)
        == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }

  @Test func piecesGiveTheDigestOfTheWhole() {
    let bytes = (0..<300).map { UInt8($0 & 0xFF) }
    let whole = bytes.withUnsafeBytes { SHA256.hexadecimal(of: $0) }
    for size in [1, 7, 55, 56, 63, 64, 65, 128, 299] {
      var hash = SHA256()
      for start in stride(from: 0, to: bytes.count, by: size) {
        let piece = Array(bytes[start..<min(start + size, bytes.count)])
        piece.withUnsafeBytes { hash.update($0) }
      }
      #expect(hash.hexadecimal() == whole, "pieces of \(size)")
    }
  }

  @Test func aFileHasTheDigestOfItsBytes() throws {
    let digest = try SHA256.hexadecimal(
      ofFile: Fixtures.url("checkpoints/single.safetensors").path)
    #expect(digest == "2c6e4cfc13d5f8a56a7c1fba1fd18b7d7d77b894b8e7d77f709144e4c9200987")
  }
}
