/// The style sheets of reports: light and dark by the reader's scheme, and print.
///
/// Series differ by dash and by label as well as by colour (Okabe and Ito's palette, which people
/// with the common kinds of colour blindness can tell apart). Body text has a contrast above 7 : 1 in
/// both schemes, small text above 4.5 : 1.
enum PageStyle {
  private static let light = """
    --paper:#fdfdfb;--card:#ffffff;--ink:#1d2129;--soft:#565d69;--rule:#d9dce2;--grid:#e6e8ec;
    --main:#0b61a4;--band:#0b61a4;--ghost:#b9bec8;--warm:#b3470a;--good:#0a6b4f;--note:#f2f4f8;
    --s0:#0b61a4;--s1:#b3470a;--s2:#0a6b4f;--s3:#8a4a86;--s4:#7a6a00;--s5:#4d5563;--inbar:#ffffff;
    """
  private static let dark = """
    --paper:#14171c;--card:#1a1e25;--ink:#e8eaee;--soft:#a9b1be;--rule:#343b47;--grid:#2a303a;
    --main:#6db9f2;--band:#6db9f2;--ghost:#4c5563;--warm:#f5a35f;--good:#54c9a0;--note:#20252e;
    --s0:#6db9f2;--s1:#f5a35f;--s2:#54c9a0;--s3:#d59bd0;--s4:#e0d068;--s5:#aab3c0;--inbar:#14171c;
    """

  private static let schemes =
    ":root{color-scheme:light dark;\(light)}"
    + "@media (prefers-color-scheme:dark){:root{\(dark)}}"
    + "@media print{:root{color-scheme:light;\(light)--paper:#ffffff;}}"

  private static let shapes = """
    svg{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif}
    .t,.label,.panel,.value{fill:var(--ink);font-size:13px}
    .panel{font-weight:600}.value{font-weight:600;font-variant-numeric:tabular-nums}
    .tick,.mark{fill:var(--soft);font-size:11.5px;font-variant-numeric:tabular-nums}
    .mark{paint-order:stroke;stroke:var(--card);stroke-width:3px}
    .name{fill:var(--soft);font-size:12.5px}
    .grid{stroke:var(--grid);stroke-width:1}.axis{stroke:var(--soft);stroke-width:1}
    .zero{stroke:var(--ink);stroke-width:1.2}
    .stripe{fill:var(--soft);fill-opacity:.13}
    .main{fill:none;stroke:var(--main);stroke-width:2.2;stroke-linejoin:round}
    .band{fill:var(--band);fill-opacity:.16;stroke:none}
    .ghost{fill:none;stroke:var(--ghost);stroke-width:1}
    .mean{stroke:var(--warm);stroke-width:1.6;stroke-dasharray:4 3}
    .whisker{stroke:var(--ink);stroke-width:1.6}
    .dot{fill:var(--main);stroke:var(--card);stroke-width:1}
    .hollow{fill:var(--card);stroke:var(--main);stroke-width:2}
    .faint{fill:var(--soft);fill-opacity:.45}
    .reference{fill:var(--warm);stroke:var(--card);stroke-width:1}
    .failed{fill:var(--warm);font-size:15px;font-weight:600}
    .cell{fill:none;stroke:var(--rule);stroke-width:1}
    .plus{fill:var(--main)}.minus{fill:var(--warm)}
    .s0{fill:var(--s0)}.s1{fill:var(--s1)}.s2{fill:var(--s2)}.s3{fill:var(--s3)}
    .s4{fill:var(--s4)}.s5{fill:var(--s5)}
    .inbar{fill:var(--inbar);font-size:12px;font-weight:700}
    .curve{fill:none;stroke-width:2.2;stroke-linejoin:round}
    .c0{stroke:var(--s0)}.c1{stroke:var(--s1);stroke-dasharray:7 3}
    .c2{stroke:var(--s2);stroke-dasharray:2 3}.c3{stroke:var(--s3);stroke-dasharray:9 3 2 3}
    .c4{stroke:var(--s4);stroke-dasharray:4 2}.c5{stroke:var(--s5);stroke-dasharray:12 4}
    .a0{fill:var(--s0)}.a1{fill:var(--s1)}.a2{fill:var(--s2)}.a3{fill:var(--s3)}
    .a4{fill:var(--s4)}.a5{fill:var(--s5)}
    .band.a0,.band.a1,.band.a2,.band.a3,.band.a4,.band.a5{fill-opacity:.08}
    .thread{fill:none;stroke:var(--soft);stroke-opacity:.28;stroke-width:1}
    .strong{fill:none;stroke:var(--main);stroke-width:2.2;stroke-opacity:.9}

    """

  /// For a picture in a file of its own.
  static let pictures = schemes + "svg{background:var(--card)}" + shapes

  /// For a page.
  static let page =
    schemes + shapes + """
      *{box-sizing:border-box}
      html{background:var(--paper);color:var(--ink)}
      body{font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;
      max-width:62rem;margin:0 auto;padding:2.5rem 1.25rem 4rem}
      header{border-bottom:3px solid var(--main);padding-bottom:1.1rem;margin-bottom:1.5rem}
      h1{font-size:1.9rem;line-height:1.2;margin:0 0 .3rem;letter-spacing:-.01em}
      h2{font-size:1.35rem;margin:2.6rem 0 .6rem;padding-top:.4rem;border-top:1px solid var(--rule)}
      h3{font-size:1.05rem;margin:1.6rem 0 .3rem}
      p{margin:.5rem 0;max-width:46rem}.lead{font-size:1.08rem;color:var(--soft)}
      a{color:var(--main)}a:focus-visible{outline:2px solid var(--main);outline-offset:2px}
      nav ul{display:flex;flex-wrap:wrap;gap:.3rem 1.1rem;list-style:none;padding:0;margin:.4rem 0 0;
      font-size:.92rem}
      dl.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(11rem,1fr));gap:.8rem 1.4rem;
      margin:1.2rem 0}
      dl.facts div{border-left:3px solid var(--rule);padding-left:.7rem;min-width:0}
      dt{font-size:.8rem;color:var(--soft)}
      dd{margin:0;font-weight:600;overflow-wrap:anywhere;font-variant-numeric:tabular-nums}
      ol.path{display:grid;grid-template-columns:repeat(auto-fit,minmax(13.5rem,1fr));gap:.8rem;
      list-style:none;padding:0;margin:1rem 0;counter-reset:step}
      ol.path li{background:var(--card);border:1px solid var(--rule);border-radius:.5rem;
      padding:.7rem .9rem;counter-increment:step;min-width:0}
      ol.path .what{display:block;font-size:.82rem;color:var(--soft)}
      ol.path .what::before{content:counter(step) ". "}
      ol.path .choice{display:block;font-weight:650;font-size:1.05rem;overflow-wrap:anywhere}
      .badge{display:inline-block;font-size:.8rem;font-weight:600;border-radius:1rem;
      padding:.05rem .6rem;border:1.5px solid var(--soft);color:var(--soft);margin-top:.35rem}
      .badge.yes{border-color:var(--good);color:var(--good);border-width:2px}
      .badge.no{border-color:var(--warm);color:var(--warm);border-style:double;border-width:3px}
      .badge.same{border-color:var(--main);color:var(--main)}
      .badge.open{border-style:dashed}
      figure{margin:1.2rem 0;background:var(--card);border:1px solid var(--rule);border-radius:.5rem;
      padding:.8rem;overflow-x:auto}
      figure svg{display:block;width:100%;min-width:36rem;height:auto}
      figcaption,caption{font-size:.92rem;color:var(--soft);text-align:left;padding:.5rem 0 0}
      caption{padding:0 0 .4rem}
      .scroll{overflow-x:auto;margin:1rem 0}
      table{border-collapse:collapse;width:100%;font-size:.88rem;line-height:1.4;font-variant-numeric:tabular-nums}
      th,td{padding:.34rem .5rem;border-bottom:1px solid var(--rule);text-align:left;
      vertical-align:top}
      th{font-weight:600;color:var(--soft);vertical-align:bottom;border-bottom:2px solid var(--rule)}
      td.n,th.n{text-align:right}td.n{white-space:nowrap}
      .callout{background:var(--note);border-left:4px solid var(--main);border-radius:0 .4rem .4rem 0;
      padding:.6rem 1rem;margin:1rem 0}
      .callout.warn{border-left-color:var(--warm)}
      .callout p:first-child,.callout ul:first-child{margin-top:0}
      .callout ul{margin:.3rem 0;padding-left:1.2rem}
      code{font:.9em ui-monospace,"SF Mono",Menlo,Consolas,monospace;overflow-wrap:anywhere}
      pre{background:var(--note);border-radius:.4rem;padding:.8rem 1rem;overflow-x:auto}
      footer{margin-top:3rem;border-top:1px solid var(--rule);padding-top:.8rem;font-size:.88rem;
      color:var(--soft)}
      @media (max-width:36rem){body{padding:1.4rem .9rem 3rem}h1{font-size:1.5rem}}
      @media print{body{max-width:none;padding:0;font-size:10.5pt}nav{display:none}
      figure,table,ol.path li,.callout{break-inside:avoid}h2,h3{break-after:avoid}
      figure svg{min-width:0}figure,.scroll{overflow:visible}a{color:inherit;text-decoration:none}}

      """
}
