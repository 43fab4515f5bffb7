"""The report's style sheet: light, dark and print."""

STYLE = """
:root{color-scheme:light dark;--page:#f6f7f9;--card:#fff;--ink:#1b2430;--soft:#566273;--edge:#dde2e9;--track:#e9edf2;
--bar:#2f6fb3;--strong:#b4541a;--mark:#1b2430}
@media(prefers-color-scheme:dark){:root{--page:#12161c;--card:#1a2029;--ink:#e8ecf1;--soft:#a3afbe;--edge:#303946;
--track:#2a323d;--bar:#6aa9e9;--strong:#f0a060;--mark:#e8ecf1}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif}
main{max-width:880px;margin:0 auto;padding:32px 16px 64px}
h1{font-size:2rem;line-height:1.2;margin:.1em 0 .3em}
h2{font-size:1.3rem;margin:0 0 .2em}
h3{font-size:1rem;margin:1.6em 0 .6em}
p{margin:.2em 0 1em;max-width:68ch}
section p,header p{color:var(--soft)}
.kicker{margin:0;font-weight:600;font-size:.85rem}
section{background:var(--card);border:1px solid var(--edge);border-radius:12px;padding:24px;margin-top:20px}
.tiles{list-style:none;margin:20px 0 0;padding:0;display:grid;gap:12px;
grid-template-columns:repeat(auto-fit,minmax(180px,1fr))}
.tiles li{background:var(--card);border:1px solid var(--edge);border-radius:12px;padding:16px;display:flex;
flex-direction:column}
.tiles small{color:var(--soft);font-size:.85rem}
.big{font-size:2rem;font-weight:650;line-height:1.15;font-variant-numeric:tabular-nums}
svg{display:block;width:100%;height:auto;margin:4px 0 12px;font:13px system-ui,-apple-system,"Segoe UI",sans-serif}
svg text{fill:var(--ink)}
svg .note{fill:var(--soft);font-size:12px}
svg.narrow{display:none}
.track{fill:var(--track)}.bar{fill:var(--bar)}.bar.strong{fill:var(--strong)}
.axis{stroke:var(--edge)}.mark{stroke:var(--mark);stroke-dasharray:4 3}
.line{fill:none;stroke-width:2.5}
.line0{stroke:var(--bar)}.line1{stroke:var(--strong)}
.dot.line0,.key.line0{fill:var(--bar)}.dot.line1,.key.line1{fill:var(--strong)}
.scroll{overflow:auto;max-height:26rem;border:1px solid var(--edge);border-radius:8px}
.scroll:focus-visible{outline:3px solid var(--bar);outline-offset:2px}
table{border-collapse:collapse;width:100%;font-size:.9rem}
caption{text-align:left;padding:8px 12px;color:var(--soft)}
th,td{padding:6px 12px;border-top:1px solid var(--edge);text-align:left;vertical-align:top;overflow-wrap:break-word}
.txt{min-width:7.5rem}
thead th{position:sticky;top:0;background:var(--card)}
.num{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
details{margin-top:12px}summary{cursor:pointer;padding:6px 0;font-weight:600}
@media(max-width:520px){main{padding:20px 10px 40px}section{padding:16px 12px}h1{font-size:1.6rem}
.picture svg.narrow{display:block}.picture svg.wide{display:none}}
@media print{body{background:#fff}section{break-inside:avoid;border:0;padding:0}.scroll{max-height:none;border:0}}
"""
