"""The page as such: its typography and the few pieces of HTML that it is made of. It asks nothing of any other host."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape

STYLE = """
:root { color-scheme: light dark; --ink: #1a1a1a; --soft: #5f6368; --line: #dcdee1; --page: #fdfdfc; --card: #ffffff;
  --wash: #f3f4f6; --link: #1f4e9c; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8e8e6; --soft: #a5a9af; --line: #3a3d42; --page: #17181a;
  --card: #ffffff; --wash: #222427; --link: #8db8ff; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2.5rem 1.25rem 4rem; max-width: 66rem; background: var(--page); color: var(--ink);
  font: 1.0625rem/1.6 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
h1 { font-size: clamp(1.7rem, 4.5vw, 2.5rem); line-height: 1.15; letter-spacing: -.015em; margin: 0 0 .6rem; }
h2 { font-size: 1.35rem; line-height: 1.25; margin: 3.2rem 0 .6rem; padding-top: 1.1rem;
  border-top: 1px solid var(--line); }
p, ul, ol, dl { max-width: 44rem; }
p { margin: .7rem 0; }
a { color: var(--link); text-underline-offset: .15em; }
.lede { font-size: 1.15rem; color: var(--soft); max-width: 48rem; }
figure { margin: 1.4rem 0; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: .9rem;
  overflow-x: auto; }
.card img { display: block; width: 100%; min-width: 38rem; height: auto; }
figcaption { color: var(--soft); font-size: .92rem; margin-top: .5rem; max-width: 50rem; }
.files { white-space: nowrap; }
.scroll { overflow-x: auto; margin: 1.2rem 0; }
table { border-collapse: collapse; font-size: .92rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--soft); padding-bottom: .5rem; max-width: calc(100vw - 3rem); }
th[scope=row] { position: sticky; left: 0; background: var(--page); }
th, td { padding: .4rem 0 .4rem 1.1rem; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--line);
  vertical-align: top; }
th { font-weight: 600; }
th:first-child { padding-left: 0; }
th:first-child, .words th, .words td { text-align: left; }
.words td { white-space: normal; }
tbody tr:last-child td, tbody tr:last-child th { border-bottom: 0; }
small { color: var(--soft); display: block; font-weight: 400; font-size: .8rem; line-height: 1.35; }
pre { font: .92em ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; background: var(--wash);
  border-radius: .3rem; padding: .8rem 1rem; overflow-x: auto; }
details { margin: 1rem 0; }
summary { cursor: pointer; color: var(--link); }
.failed { border-left: .25rem solid #c4314b; padding-left: 1rem; }
footer { margin-top: 2rem; color: var(--soft); font-size: .92rem; }
@media print { body { max-width: none; } h2 { break-after: avoid; } figure, tr { break-inside: avoid; } }
""".strip()


def document(title: str, body: Iterable[str]) -> str:
    """A whole page; ``body`` is HTML."""
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>\n{STYLE}\n</style>\n</head>\n<body>\n"
        + "\n".join(body)
        + "\n</body>\n</html>\n"
    )


def paragraph(text: str) -> str:
    return f"<p>{escape(text)}</p>"


def heading(text: str) -> str:
    return f"<h2>{escape(text)}</h2>"


def picture(name: str, alt: str, caption: str, size: Iterable[float]) -> str:
    """A figure of the folder ``figures`` with its text alternative and links to every format; size in inches."""
    width, height = (round(96 * inches) for inches in size)
    stem = f"figures/{escape(name)}"
    links = " · ".join(f'<a href="{stem}.{kind}">{kind}</a>' for kind in ("pdf", "svg", "png", "json"))
    links = f'<span class="files">{links}</span>'
    return (
        f'<figure id="{escape(name)}"><div class="card">'
        f'<img src="{stem}.svg" width="{width}" height="{height}" alt="{escape(alt)}"></div>'
        f"<figcaption>{escape(caption)} {links}</figcaption></figure>"
    )


def folded(summary: str, content: str) -> str:
    """Content that opens on a click."""
    return f"<details><summary>{escape(summary)}</summary>{content}</details>"


def grid(caption: str, head: Sequence[str], rows: Iterable[Sequence[str]], kind: str = "numbers") -> str:
    """A table of numbers (aligned to the right) or words; cells are HTML, the first of each row is its heading."""
    columns = "".join(f'<th scope="col">{cell}</th>' for cell in head)
    body = "\n".join(
        f'<tr><th scope="row">{first}</th>' + "".join(f"<td>{cell}</td>" for cell in rest) + "</tr>"
        for first, *rest in rows
    )
    head = f"<caption>{escape(caption)}</caption><thead><tr>{columns}</tr></thead>"
    return f'<div class="scroll"><table class="{kind}">{head}<tbody>\n{body}\n</tbody></table></div>'


def pairs(rows: Mapping[str, object]) -> str:
    """A two-column table of names and values."""
    body = "\n".join(
        f'<tr><th scope="row">{escape(str(k))}</th><td>{escape(str(v))}</td></tr>' for k, v in rows.items()
    )
    return f'<div class="scroll"><table class="words"><tbody>\n{body}\n</tbody></table></div>'
