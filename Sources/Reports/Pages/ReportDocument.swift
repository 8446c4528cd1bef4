/// A report before it is a page: headings, words, pictures and tables in their order.
public struct ReportDocument: Sendable {
  /// How a decision stands.
  enum Badge: String, Sendable {
    case yes
    case no
    case same
    case open
  }

  /// One part of a section.
  enum Block: Sendable {
    case paragraph(String)
    /// Several sentences that the reader must not overlook.
    case callout([String], isWarning: Bool)
    case heading(String)
    /// What was decided, step by step.
    case path([(what: String, choice: String, badge: Badge, status: String)])
    case figure(SVGPicture, caption: String)
    case table(Table, name: String, caption: String)
    /// Lines as they would be typed.
    case code(String)
  }

  struct Section: Sendable {
    let title: String
    var blocks: [Block]
  }

  let title: String
  let lead: String
  /// Short facts under the title.
  let facts: [(name: String, value: String)]
  var sections: [Section]
  /// The line at the end.
  let footer: String

  /// Pictures with the names of their files.
  var pictures: [(name: String, picture: SVGPicture)] {
    blocks.compactMap { block in
      guard case .figure(let picture, _) = block else { return nil }
      return (Markup.identifier(picture.title), picture)
    }
  }

  /// Tables with the names of their files.
  var tables: [(name: String, table: Table)] {
    blocks.compactMap { block in
      guard case .table(let table, let name, _) = block else { return nil }
      return (Markup.identifier(name), table)
    }
  }

  private var blocks: [Block] { sections.flatMap(\.blocks) }
}
