internal import Foundation
internal import Mustache

/// A report as one HTML file: style and pictures inside, no script, nothing fetched.
enum ReportPage {
  private static let template = """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>{{title}}</title>
    <style>{{{style}}}</style>
    </head>
    <body>
    <header>
    <h1>{{title}}</h1>
    <p class="lead">{{lead}}</p>
    <nav aria-label="Sections"><ul>{{#sections}}<li><a href="#{{anchor}}">{{title}}</a></li>{{/sections}}</ul></nav>
    </header>
    <main>
    <dl class="facts">{{#facts}}<div><dt>{{name}}</dt><dd>{{value}}</dd></div>{{/facts}}</dl>
    {{#sections}}<section id="{{anchor}}" aria-labelledby="{{anchor}}-h">
    <h2 id="{{anchor}}-h">{{title}}</h2>
    {{{content}}}</section>
    {{/sections}}</main>
    <footer><p>{{footer}}</p></footer>
    </body>
    </html>

    """

  /// - Throws: what the template engine throws for a damaged template.
  static func html(_ document: ReportDocument) throws -> String {
    let sections = document.sections.map { section -> [String: Any] in
      [
        "title": section.title, "anchor": Markup.identifier(section.title),
        "content": section.blocks.map(html).joined(),
      ]
    }
    let facts = document.facts.map { ["name": $0.name, "value": $0.value] }
    let values: [String: Any] = [
      "title": document.title, "lead": document.lead, "facts": facts, "sections": sections,
      "style": PageStyle.page, "footer": document.footer,
    ]
    return try MustacheTemplate(string: template).render(values)
  }

  private static func html(_ block: ReportDocument.Block) -> String {
    switch block {
    case .paragraph(let words): return "<p>\(Markup.escaped(words))</p>\n"
    case .heading(let words): return "<h3>\(Markup.escaped(words))</h3>\n"
    case .code(let lines): return "<pre><code>\(Markup.escaped(lines))</code></pre>\n"
    case .callout(let sentences, let isWarning):
      let items = sentences.map { "<li>\(Markup.escaped($0))</li>" }.joined()
      return
        "<div class=\"callout\(isWarning ? " warn" : "")\" role=\"note\"><ul>\(items)</ul></div>\n"
    case .path(let steps):
      let items = steps.map { step in
        "<li><span class=\"what\">\(Markup.escaped(step.what))</span>"
          + "<span class=\"choice\">\(Markup.escaped(step.choice))</span>"
          + "<span class=\"badge \(step.badge.rawValue)\">\(Markup.escaped(step.status))</span></li>"
      }
      return "<ol class=\"path\">\(items.joined())</ol>\n"
    case .figure(let picture, let caption):
      return
        "<figure>\(picture.inline)<figcaption>\(Markup.escaped(caption))</figcaption></figure>\n"
    case .table(let table, _, let caption): return html(table, caption: caption)
    }
  }

  private static func html(_ table: Table, caption: String) -> String {
    let isNumeric = table.columns.indices.map { column in
      table.rows.contains { $0[column].isNumeric }
    }
    let heading = zip(table.columns, isNumeric).map { name, numeric in
      let words = name.replacingOccurrences(of: "_", with: " ")
      return "<th scope=\"col\"\(numeric ? " class=\"n\"" : "")>\(Markup.escaped(words))</th>"
    }.joined()
    let rows = table.rows.map { row in
      let cells = zip(row, isNumeric).map { cell, numeric in
        let text =
          cell.isNumeric ? cell.forPeople.replacingOccurrences(of: "-", with: "−") : cell.forPeople
        return "<td\(numeric ? " class=\"n\"" : "")>\(Markup.escaped(text))</td>"
      }
      return "<tr>\(cells.joined())</tr>"
    }.joined(separator: "\n")
    return
      "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"\(Markup.escaped(caption))\">"
      + "<table><caption>\(Markup.escaped(caption))</caption><thead><tr>\(heading)</tr></thead>"
      + "<tbody>\(rows)</tbody></table></div>\n"
  }
}
