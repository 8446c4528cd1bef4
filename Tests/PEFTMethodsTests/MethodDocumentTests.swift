import Foundation
import PEFTMethods
import SearchSpaces
import TestSupport
import Testing

/// `docs/methods.md` says what the registry says.
///
/// With AUTOPEFT_WRITE_DOCS set, as `make docs` does, the page is written instead.
@Suite struct MethodDocumentTests {
  @Test func thePageIsThatOfTheRegistry() throws {
    let page = Fixtures.packageRoot.appending(path: "docs/methods.md")
    let expected = MethodDocument.markdown(MethodRegistry.schemas)
    if ProcessInfo.processInfo.environment["AUTOPEFT_WRITE_DOCS"] != nil {
      try expected.write(to: page, atomically: true, encoding: .utf8)
    }
    let text = try String(contentsOf: page, encoding: .utf8)
    #expect(text == expected, "docs/methods.md is stale; run 'make docs'")
  }

  @Test func everyMethodAndParameterIsThere() {
    let text = MethodDocument.markdown(MethodRegistry.schemas)
    for schema in MethodRegistry.schemas {
      #expect(text.contains("\n## \(schema.name)\n"))
      for parameter in schema.parameters { #expect(text.contains("| `\(parameter.name)` |")) }
    }
  }
}
